"""Every tag that GTO writes gets in, in the order that it was made, but for those that the rules name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import gto.api
import pygit2
import pytest
from scmrepo.git.backend.pygit2 import Pygit2Backend

from support import Repo, Server
from support.bad_states import WRITTEN_BY_GTO
from tagwarden.policy.grammar.tag_name import KINDS, TagName, parse_tag_name


class Workshop:
    """A clone in which GTO makes tags, and the server that they are pushed to. A second passes between them."""

    def __init__(self, server: Server, clone: Repo) -> None:
        self.server = server
        self.clone = clone
        self.second = 1_700_001_000
        self.known: set[str] = set()

    def commit(self) -> str:
        return self.clone.commit()

    def make(self, what: Callable[..., Any], *arguments: Any, wait: int = 1, **options: Any) -> list[str]:
        """Have GTO make a tag or two by its Python interface; their names, in the order that they were made."""
        self.second += wait
        who = pygit2.Signature("Ada Lovelace", "ada@example.com", self.second, 0)
        with mock.patch.object(Pygit2Backend, "_get_signature", return_value=who):
            what(str(self.clone.path), *arguments, **options)
        return self._new()

    def command(self, *arguments: str) -> list[str]:
        """Have the `gto` command make them, by the clock of the machine."""
        command = [sys.executable, "-m", "gto.cli", *arguments]
        who = {"GIT_COMMITTER_NAME": "Ada Lovelace", "GIT_COMMITTER_EMAIL": "ada@example.com"}
        subprocess.run(command, cwd=self.clone.path, check=True, capture_output=True, env=os.environ | who)
        return self._new()

    def _new(self) -> list[str]:
        new = self.clone.tags() - self.known
        self.known |= new
        return sorted(new, key=lambda tag: KINDS.index(name_of(tag).kind))

    def push_one_by_one(self, tags: list[str]) -> None:
        for tag in tags:
            result = self.clone.push(tag)
            assert result.ok, result.stderr
        assert self.server.tags() >= set(tags)

    def refused(self, tags: list[str]) -> set[str]:
        """The rules that refuse a push of these tags together."""
        result = self.clone.push(*tags)
        assert not result.ok
        return result.rules


def name_of(tag: str) -> TagName:
    name = parse_tag_name(tag)
    assert isinstance(name, TagName)
    return name


@pytest.fixture
def workshop(server: Server, clone: Repo) -> Workshop:
    return Workshop(server, clone)


def register(workshop: Workshop, model: str = "churn", ref: str = "HEAD", **options: Any) -> list[str]:
    return workshop.make(gto.api.register, model, ref, **options)


def assign(
    workshop: Workshop, stage: str = "prod", model: str = "churn", ref: str = "HEAD", **options: Any
) -> list[str]:
    return workshop.make(gto.api.assign, model, stage, ref=ref, **options)


LIVES = (
    ("churn", None),
    ("cv:pool-segmentation", ""),
    ("a/b", "ML-7: Zoë's better one\n\nDataset: 00c0ffee\n"),
    ("Model_A", "x"),
    ("1", None),
    ("results/dir.v2:m", None),
)


@pytest.mark.parametrize(
    ("model", "message", "simple"),
    [
        # In turns; the other half is thorough.
        pytest.param(*life, simple, marks=[] if simple == bool(number % 2) else [pytest.mark.thorough])
        for number, life in enumerate(LIVES)
        for simple in (True, False)
    ],
)
def test_a_models_whole_life_gets_in(workshop: Workshop, model: str, message: str | None, simple: bool) -> None:
    how = {"simple": simple, "message": message}
    workshop.push_one_by_one(register(workshop, model, **how))
    workshop.push_one_by_one(assign(workshop, "us-east-1", model, **how))
    workshop.commit()
    workshop.push_one_by_one(register(workshop, model, bump_minor=True, **how))
    if not simple:
        workshop.push_one_by_one(assign(workshop, "us-east-1", model, **how))
        workshop.push_one_by_one(assign(workshop, "us-east-1", model, ref="HEAD~1", force=True, **how))
    workshop.push_one_by_one(workshop.make(gto.api.unassign, model, ref="HEAD~1", stage="us-east-1", **how))
    workshop.push_one_by_one(workshop.make(gto.api.deregister, model, version="v0.1.0", **how))
    workshop.push_one_by_one(workshop.make(gto.api.deprecate, model, **how))
    workshop.commit()
    workshop.push_one_by_one(register(workshop, model, **how))


def test_every_way_to_choose_a_version_gets_in(workshop: Workshop) -> None:
    for options in (
        {},
        {"bump_patch": True},
        {"bump_minor": True},
        {"bump_major": True},
        {"version": "v1.2.3-rc.1"},
        {"version": "v1.2.3"},
    ):
        workshop.commit()
        workshop.push_one_by_one(register(workshop, **options))

    assert {"churn@v0.0.1", "churn@v1.2.3-rc.1", "churn@v1.2.3"} <= workshop.server.tags()


def test_an_assignment_that_registers_on_the_way_gets_in_together_or_apart(workshop: Workshop) -> None:
    together = assign(workshop)
    assert together == ["churn@v0.0.1", "churn#prod#1"]
    assert workshop.clone.push(*together).ok

    workshop.commit()
    workshop.push_one_by_one(assign(workshop, name_version="v3.0.0"))


def test_two_models_and_two_stages_in_one_second_get_in(workshop: Workshop) -> None:
    made = register(workshop)
    made += register(workshop, "fraud", wait=0)
    made += assign(workshop, "dev", wait=0)
    made += assign(workshop, "prod", wait=0)
    made += assign(workshop, "prod", "fraud", wait=0)

    workshop.push_one_by_one(made)


def test_one_version_may_leave_a_stage_in_the_second_in_which_another_takes_it(workshop: Workshop) -> None:
    made = register(workshop) + assign(workshop)
    workshop.commit()
    made += register(workshop)
    made += workshop.make(gto.api.unassign, "churn", version="v0.0.1", stage="prod")
    made += assign(workshop, wait=0)

    workshop.push_one_by_one(made)


def test_a_whole_history_gets_in_by_one_push(workshop: Workshop) -> None:
    for _ in range(4):
        register(workshop)
        assign(workshop, "dev")
        assign(workshop, "prod")
        workshop.commit()
    workshop.make(gto.api.unassign, "churn", version="v0.0.2", stage="dev")
    workshop.make(gto.api.deregister, "churn", version="v0.0.2")
    workshop.make(gto.api.deprecate, "churn")

    assert workshop.clone.push("--tags").ok
    assert workshop.server.tags() == workshop.known


def test_tags_get_in_beside_old_damage(workshop: Workshop) -> None:
    clone, server = workshop.clone, workshop.server
    clone.tag("release-7")
    clone.tag("churn@1.0.0")
    clone.lightweight("churn@v0.9.0")
    clone.tag("churn#stray#4", at=1_600_000_000)
    clone.tag("churn#stray!", at=1_600_000_000)
    clone.git("push", "--quiet", "--receive-pack=git -c core.hooksPath=/dev/null receive-pack", "origin", "--tags")
    workshop.known = clone.tags()
    assert workshop.known == server.tags()
    workshop.commit()

    workshop.push_one_by_one(register(workshop))
    workshop.push_one_by_one(assign(workshop))


def test_the_command_line_itself_gets_in(workshop: Workshop) -> None:
    workshop.push_one_by_one(workshop.command("register", "cv:seg", "--version", "v1.0.0", "-m", "Go"))
    workshop.push_one_by_one(workshop.command("assign", "cv:seg", "--version", "v1.0.0", "--stage", "prod"))
    workshop.commit()
    workshop.push_one_by_one(workshop.command("register", "cv:seg", "--bump-major", "--simple", "false"))
    workshop.push_one_by_one(workshop.command("assign", "churn", "--stage", "dev", "--simple", "true"))

    assert {"cv=seg@v1.0.0", "cv=seg#prod#1", "cv=seg@v2.0.0#2", "churn@v0.0.1", "churn#dev"} == workshop.server.tags()


class TestRefusedOnPurpose:
    """What GTO writes and the built-in policy refuses: the list in `docs/bad-states.md`."""

    def test_is_what_the_docs_list(self) -> None:
        tested = {name.removeprefix("test_").replace("_", " ") for name in vars(type(self)) if name.startswith("test_")}

        assert tested - {"is what the docs list"} == {what.replace(",", "") for what, _, _ in WRITTEN_BY_GTO}

    def test_a_version_below_the_latest(self, workshop: Workshop) -> None:
        workshop.push_one_by_one(register(workshop, version="v2.0.0"))
        workshop.commit()

        assert workshop.refused(register(workshop, version="v1.0.0")) == {"version-order"}

    def test_build_metadata(self, workshop: Workshop) -> None:
        assert workshop.refused(register(workshop, version="v1.0.0+cu121")) == {"version-form"}

    def test_a_second_model_that_differs_only_in_case(self, workshop: Workshop) -> None:
        workshop.push_one_by_one(register(workshop))

        assert workshop.refused(register(workshop, "Churn")) == {"model-case"}

    def test_an_assignment_on_an_unregistered_commit(self, workshop: Workshop) -> None:
        assert workshop.refused(assign(workshop, skip_registration=True)) == {"state-exists"}

    def test_an_assignment_of_a_deregistered_version(self, workshop: Workshop) -> None:
        workshop.push_one_by_one(register(workshop))
        workshop.push_one_by_one(workshop.make(gto.api.deregister, "churn", version="v0.0.1"))

        assert workshop.refused(assign(workshop)) == {"state-exists"}

    def test_a_second_unassignment(self, workshop: Workshop) -> None:
        workshop.push_one_by_one(register(workshop) + assign(workshop))
        leave = {"version": "v0.0.1", "stage": "prod", "force": True}
        workshop.push_one_by_one(workshop.make(gto.api.unassign, "churn", **leave))

        assert workshop.refused(workshop.make(gto.api.unassign, "churn", **leave)) == {"state-exists"}

    def test_a_deregistered_version(self, workshop: Workshop) -> None:
        workshop.push_one_by_one(register(workshop))
        workshop.push_one_by_one(workshop.make(gto.api.deregister, "churn", version="v0.0.1"))

        assert workshop.refused(register(workshop, simple=False)) == {"version-once", "version-per-commit"}

    def test_a_deletion(self, workshop: Workshop) -> None:
        workshop.push_one_by_one(register(workshop))
        gto.api.deregister(str(workshop.clone.path), "churn", version="v0.0.1", delete=True)

        assert workshop.clone.push("--delete", "churn@v0.0.1").refused_by == {"tag-permanent"}

    def test_an_event_in_the_same_second_as_one_that_it_must_follow(self, workshop: Workshop) -> None:
        workshop.push_one_by_one(register(workshop) + assign(workshop))

        again = assign(workshop, wait=0, force=True)
        assert workshop.refused(again) == {"event-time"}

    def test_with_the_update_hook_a_registration_and_its_assignment_in_one_push(
        self, new_server: Callable[..., Server], tmp_path: Path
    ) -> None:
        server = new_server(name="by-update.git", hook="update")
        workshop = Workshop(server, server.clone())

        assign(workshop)

        assert workshop.refused(["--tags"]) == {"state-exists"}
        assert server.tags() == {"churn@v0.0.1"}
