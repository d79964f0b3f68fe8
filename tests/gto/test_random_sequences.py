"""After any sequence of accepted pushes GTO works, and says what was meant and what this project says.

The sequences hold registrations, assignments, unassignments, deregistrations
and deprecations of several models, in every order, with ties and skew in time,
sensible and wrong, one by one and in sets.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pygit2
import pytest
from hypothesis import Phase, given, settings

from support import Repo
from support.command_line import tagwarden
from support.gto_in_memory import gto_in_memory
from support.gto_reading import (
    Reading,
    check_ref_by_gto,
    history_by_gto,
    read_by_gto,
    read_by_tagwarden,
    while_nothing_changes,
)
from support.meaning import EVENTS, Meaning, Step
from support.plans import plans
from support.random_registry import COMMITS, InMemory, Plan, Registry, play, tag_bytes

# A shorter counterexample would take hundreds of sequences of pushes to find.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


class OnDisk(Registry):
    """A bare repository with the hook, to which `git push` pushes."""

    def __init__(self, server: Path, work: Repo) -> None:
        self.repository = server
        self.work = work
        self.commits = work.git("rev-list", "main").splitlines()
        self._objects = pygit2.Repository(str(work.path)).odb

    def push(self, steps: Sequence[Step]) -> bool:
        oids = [self._objects.write(pygit2.enums.ObjectType.TAG, tag_bytes(step)) for step in steps]
        specs = [f"{oid}:refs/tags/{step.tag}" for oid, step in zip(oids, steps, strict=True)]
        before = Repo(self.repository).tags()
        result = self.work.push("--force", *specs, remote=str(self.repository))
        assert result.ok or result.rules, result.stderr
        assert "Traceback" not in result.stderr
        after = Repo(self.repository).tags()
        assert after == (before | {step.tag for step in steps} if result.ok else before)
        return result.ok

    def ours(self) -> Reading:
        read = read_by_tagwarden(self.repository)
        self._is_printed(read)
        return read

    def _is_printed(self, read: Reading) -> None:
        """`show` and `resolve` print what was read; their answers are not those of the reading's own code."""
        shown = tagwarden(self.repository, "show", "--deprecated", "--json").json["models"]
        assert {one["model"]: (one["latest"], one["deprecated"]) for one in shown} == {
            model: (of.latest, of.deprecated) for model, of in read.items()
        }
        for one in shown:
            held = read[one["model"]].stages
            assert {stage: version for stage, version in one["stages"].items() if version} == {
                stage: holders[0] for stage, holders in held.items() if holders
            }
        model = min(read)
        for stage, holders in read[model].stages.items():
            resolved = tagwarden(self.repository, "resolve", "--deprecated", f"{model}#{stage}")
            assert resolved.out.split() == holders[:1]


@pytest.fixture(scope="module")
def work(templates, tmp_path_factory) -> Repo:
    folder = tmp_path_factory.mktemp("random")
    server = templates.server(folder / "template.git")
    work = server.clone()
    for _ in range(COMMITS):
        work.commit()
    work.git("push", "--quiet", "origin", "main")
    return work


@pytest.fixture
def new_registry(work: Repo, tmp_path: Path) -> Callable[[], OnDisk]:
    """Make a bare repository with the hook and many commits, in place of the one before."""

    def make() -> OnDisk:
        path = tmp_path / "server.git"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(work.path.with_name("template.git"), path)
        return OnDisk(path, work)

    return make


def everybody_agrees(registry: Registry, meaning: Meaning, pushed: list[Step]) -> None:
    """GTO's show, history and check-ref work, and say what was meant, as this project does."""
    meant = meaning.reading()
    with while_nothing_changes():
        assert read_by_gto(registry.repository) == meant
        history = history_by_gto(registry.repository)
        for step in pushed:
            assert check_ref_by_gto(registry.repository, step.tag) == [meaning.checked_ref(step)]
    assert registry.ours() == meant
    told = sorted(
        (event["ref"], event["event"], event["commit"], int(event["timestamp"].timestamp())) for event in history
    )
    assert told == sorted((step.tag, EVENTS[step.kind], step.commit, step.time) for step in meaning.steps.values())


def in_memory_all_agree(plan: Plan) -> None:
    registry = InMemory()

    def agree(_: Registry, meaning: Meaning, pushed: list[Step]) -> None:
        with gto_in_memory(registry.tags.values()):
            everybody_agrees(registry, meaning, pushed)

    play(plan, registry, agree)


@given(plan=plans(pushes=24))
@settings(max_examples=30)
def test_gto_reads_what_the_judge_let_in(plan):
    in_memory_all_agree(plan)


@given(plan=plans(pushes=20))
@settings(max_examples=3, phases=WITHOUT_SHRINKING)
def test_gto_reads_what_git_push_got_in(new_registry, plan):
    play(plan, new_registry(), everybody_agrees)


@pytest.mark.thorough
@given(plan=plans(pushes=60))
@settings(max_examples=150, phases=WITHOUT_SHRINKING)
def test_gto_reads_what_git_push_got_in_at_length(new_registry, plan):
    play(plan, new_registry(), everybody_agrees)


@pytest.mark.thorough
@given(plan=plans(pushes=80))
@settings(max_examples=2000)
def test_gto_reads_what_the_judge_let_in_at_length(plan):
    in_memory_all_agree(plan)


@given(plan=plans(pushes=12))
@settings(max_examples=1, phases=WITHOUT_SHRINKING)
def test_the_command_line_of_gto_works_after_accepted_pushes(new_registry, plan):
    registry = new_registry()

    def command_line_works(registry: Registry, meaning: Meaning, pushed: list[Step]) -> None:
        if len(meaning.steps) % 6 == 0:
            gto("show", registry)
            gto("history", registry)
            gto("doctor", registry)
            assert gto("check-ref", registry, pushed[0].tag)

    play(plan, registry, command_line_works)


def gto(command: str, registry: Registry, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "gto.cli", command, "--repo", str(registry.repository), *arguments],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
