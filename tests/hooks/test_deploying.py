"""The jobs of docs/deploying.md deploy what holds, and nothing that was taken out."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import Server
from support.github_host import GitHub, read_yaml
from support.gitlab_host import GitLab, component
from support.project import ROOT

PAGE = (ROOT / "docs" / "deploying.md").read_text()
BLOCKS = {found[1]: found[0] for found in re.findall(r"```yaml\n(# (\S+)\n.*?)```", PAGE, re.DOTALL)}
WORKFLOW = BLOCKS[".github/workflows/deploy.yml"]
PIPELINE = BLOCKS[".gitlab-ci.yml"]
COMPONENT = (ROOT / "templates" / "judge.yml").read_text()
PROGRAMS = ("deploy", "take-down", "publish")

# What has happened, in its order, each on one of three commits; then the job's tag, and all that is then done.
EVENTS = {
    "a registration": (["m@v1.0.0 0"], "m@v1.0.0", {"publish m v1.0.0 0"}),
    "a registration that was taken back": (["m@v1.0.0 0", "m@v1.0.0! 0"], "m@v1.0.0", set()),
    "an assignment": (["m@v1.0.0 0", "m#prod#1 0"], "m#prod#1", {"deploy m prod 0"}),
    "an assignment that was superseded": (
        ["m@v1.0.0 0", "m#prod#1 0", "m@v1.1.0 1", "m#prod#2 1"], "m#prod#1", {"deploy m prod 1"},
    ),
    "a stage that falls back": (
        ["m@v1.0.0 0", "m#prod#1 0", "m@v1.1.0 1", "m#prod#2 1", "m#prod!#3 1"], "m#prod!#3", {"deploy m prod 0"},
    ),
    "an assignment that was taken back": (
        ["m@v1.0.0 0", "m#prod#1 0", "m@v1.1.0 1", "m#prod#2 1", "m#prod!#3 1"], "m#prod#2", {"deploy m prod 0"},
    ),
    "nothing left": (["m@v1.0.0 0", "m#prod#1 0", "m#prod!#2 0"], "m#prod!#2", {"take-down m prod 0"}),
    "a deregistration": (
        ["m@v1.0.0 0", "m#prod#1 0", "m@v1.1.0 1", "m#prod#2 1", "m#staging#3 1", "m@v1.1.0! 1"],
        "m@v1.1.0!", {"deploy m prod 0", "take-down m staging 1"},
    ),
    "a deprecation": (
        ["m@v1.0.0 0", "m#prod#1 0", "m@deprecated 0"], "m@deprecated",
        {"take-down m prod 0", "take-down m staging 0"},
    ),
    "a tag that is refused": (["m@v1.1.0 1", "m#prod#1 1", "m@v1.0.0 0"], "m@v1.0.0", set()),
    "a right tag beside somebody's wrong one": (
        ["m@v1.0.0 0", "x#prod 0", "m#prod#1 0"], "m#prod#1", {"deploy m prod 0"},
    ),
    "a model in a folder": (["cv=seg@v1.0.0 0", "cv=seg#staging#1 0"], "cv=seg#staging#1", {"deploy cv:seg staging 0"}),
}  # fmt: skip


def cases(*sample: str) -> list[Any]:
    """All of EVENTS; but for these they are thorough."""
    return [
        pytest.param(*EVENTS[name], id=name, marks=[] if name in sample else pytest.mark.thorough) for name in EVENTS
    ]


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """The file in which the programs that deploy write down what they were called for."""
    return tmp_path / "done"


@pytest.fixture
def play(plain_server: Server, done: Path) -> Callable[[list[str]], Server]:
    """A server on which the story has happened; its programs write down what they do, and on which commit."""

    def make(story: list[str]) -> Server:
        clone = plain_server.clone()
        commits = []
        for number in range(2):
            for program in PROGRAMS:
                file = clone.path / program
                file.write_text(f'#!/bin/sh\necho "{program} $* $(cat number)" >> {done}\n')
                file.chmod(0o755)
            commits.append(clone.commit({"number": str(number), **{p: (clone.path / p).read_text() for p in PROGRAMS}}))
        assert clone.push("HEAD:main").ok
        for step in story:
            tag, number = step.split()
            plain_server.tag(tag, commits[int(number)])
        return plain_server

    return make


def what_was_done(file: Path) -> set[str]:
    return set(file.read_text().splitlines()) if file.exists() else set()


@pytest.mark.parametrize(("story", "tag", "expected"), cases("a deregistration"))
def test_on_github(
    play: Callable[[list[str]], Server], done: Path, tmp_path: Path, story: list[str], tag: str, expected: set[str]
) -> None:
    host = GitHub(play(story), tmp_path)

    ended = host.run(read_yaml(WORKFLOW), f"refs/tags/{tag}")

    assert what_was_done(done) == expected, {name: job.log for name, job in ended.items()}
    stages = {words.split()[2] for words in expected if not words.startswith("publish")}
    assert set(host.environments) == stages


@pytest.mark.parametrize(("story", "tag", "expected"), cases("a stage that falls back"))
def test_on_gitlab(
    play: Callable[[list[str]], Server], done: Path, tmp_path: Path, story: list[str], tag: str, expected: set[str]
) -> None:
    # Each job has a machine, and so a /tmp, of its own.
    pipeline = read_yaml(PIPELINE.replace("/tmp/tagwarden", "../tagwarden"))
    (included,) = pipeline["include"]
    jobs = {**component(COMPONENT, included["inputs"]), **pipeline}

    ended = GitLab(play(story), tmp_path).run(jobs, f"refs/tags/{tag}")

    assert what_was_done(done) == expected, {name: job.log for name, job in ended.items()}


def test_on_github_a_stage_that_changed_while_the_job_waited_gets_what_it_holds_then(
    play: Callable[[list[str]], Server], done: Path, tmp_path: Path
) -> None:
    server = play(["m@v1.0.0 0", "m#prod#1 0", "m@v1.1.0 1", "m#prod#2 1"])

    class Waiting(GitHub):
        def approve(self, environment: str) -> None:
            server.tag("m#prod!#3", "m@v1.1.0^{commit}")

    Waiting(server, tmp_path).run(read_yaml(WORKFLOW), "refs/tags/m#prod#2")

    assert what_was_done(done) == {"deploy m prod 0"}


@pytest.mark.parametrize(
    ("block", "schema"),
    [(".github/workflows/deploy.yml", "vendor.github-workflows"), (".gitlab-ci.yml", "vendor.gitlab-ci")],
)
def test_the_page_keeps_to_the_published_schemas(block: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "block.yml").write_text(BLOCKS[block])
    program = str(Path(sys.executable).parent / "check-jsonschema")
    ran = subprocess.run(
        [program, "--builtin-schema", schema, str(tmp_path / "block.yml")], capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stdout
