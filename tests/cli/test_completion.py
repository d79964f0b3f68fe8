"""What the shell completes."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from support import Repo
from tagwarden.cli.group import tagwarden


@pytest.fixture
def registry(repo: Repo) -> Repo:
    for tag in ("churn@v1.0.0", "churn#prod#1", "churn#dev#2", "cv=seg@v0.1.0", "release-2024", "churn@1.2"):
        repo.tag(tag)
    return repo


def completed(folder: Path, *words: str) -> list[str]:
    """What is offered for the last of `words`."""
    with contextlib.chdir(folder):
        shell = ShellComplete(tagwarden, {}, "tagwarden", "_TAGWARDEN_COMPLETE")
        return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["register", "c"], ["churn", "cv:seg"]),
        (["show", "cv"], ["cv:seg"]),
        (["assign", "churn", ""], ["dev", "prod"]),
        (["assign", "cv:seg", ""], []),
        (["deregister", "churn", "v"], ["v1.0.0"]),
        (["unassign", "churn", "prod", "--version", ""], ["v1.0.0"]),
        (["assign", "churn", "prod", "--from", "d"], ["dev"]),
        (["resolve", "ch"], ["churn@latest"]),
        (["resolve", "churn@"], ["churn@latest", "churn@stable", "churn@v1.0.0"]),
        (["resolve", "churn#"], ["churn#dev", "churn#prod"]),
        (["resolve", "cv:seg@v"], ["cv:seg@v0.1.0"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_models_stages_and_versions_come_from_the_repository(
    registry: Repo, words: list[str], expected: list[str]
) -> None:
    assert completed(registry.path, *words) == expected


@pytest.mark.parametrize("words", [["register", ""], ["assign", "churn", ""], ["resolve", "churn@"]])
def test_outside_of_a_repository_nothing_is_known(tmp_path: Path, words: list[str]) -> None:
    assert completed(tmp_path, *words) in ([], ["churn@latest"])
