"""The documentation says what the code does."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from support.command_line import tagwarden
from support.examples import WORDS
from support.project import ROOT, project_files

DOCS = ROOT / "docs"
PAGES = runpy.run_path(str(DOCS / "generate.py"))["pages"]()
MARKDOWN = [file for file in project_files() if file.suffix == ".md"]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name], "run `make docs`"


@pytest.mark.parametrize("word", WORDS)
def test_the_page_on_the_rules_explains_every_word_of_an_example(word: str) -> None:
    assert f"`{word}" in PAGES["rules.md"].partition("## tag-name\n")[0]


@pytest.mark.parametrize("command", ["", "register", "policy try"])
def test_the_page_on_the_command_line_shows_the_help_that_the_program_prints(command: str, tmp_path: Path) -> None:
    printed = tagwarden(tmp_path, *command.split(), "--help").out
    page = (ROOT / "docs/cli.md").read_text()

    assert " ".join(printed.split()) in " ".join(page.split())


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text()

    assert not [file.name for file in DOCS.glob("*.md") if file.name != "README.md" and f"({file.name})" not in index]


def test_each_dependency_has_its_sentence_and_the_version_that_pip_is_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    row = re.compile(r"^\| \[([\w.-]+)\]\([^)]+\)[^|]*\| ([\d.]+) \| \w", re.MULTILINE)

    wanted = {tuple(each.split(">=")) for each in project["dependencies"] + extras}
    assert {(name.lower(), version) for name, version in row.findall((DOCS / "dependencies.md").read_text())} == wanted


@pytest.mark.parametrize("file", MARKDOWN, ids=str)
def test_links_lead_somewhere(file: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", (ROOT / file).read_text())

    assert not [target for target in targets if not (ROOT / file.parent / target).exists()]


@pytest.mark.parametrize("file", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_the_files_and_folders_that_a_page_for_developers_names_exist(file: str) -> None:
    named = set(re.findall(r"`([\w.]+(?:/[\w.]+)+/?|\w+\.(?:py|toml))`", (ROOT / file).read_text()))

    assert len(named) > 10
    assert not {name for name in named - {"tagwarden.toml", "__init__.py"} if not (ROOT / name).exists()}


def test_the_tests_that_the_page_on_servers_names_exist() -> None:
    named = set(re.findall(r"`(test_\w+\.py)`", (DOCS / "server.md").read_text()))

    assert named
    assert not {name for name in named if not list((ROOT / "tests").rglob(name))}
