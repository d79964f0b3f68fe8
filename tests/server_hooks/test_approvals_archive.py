"""What proves approvals moves into a file, on a real server; whoever is killed on the way loses none of it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.approval_scene import ApprovalScene
from support.attack_scene import git_has_reftables
from support.command_line import tagwarden
from support.registry_checks import audit_errors
from support.signing import needs_ssh
from tagwarden.policy.approvals.refs import ROOT, proposal_ref
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks import archiving
from tagwarden.server_hooks.log.archives import archives_of

NewApprovals = Callable[..., ApprovalScene]
pytestmark = needs_ssh


@pytest.fixture
def scene(new_approvals: NewApprovals) -> ApprovalScene:
    return new_approvals()


def landed(scene: ApprovalScene) -> str:
    """A tag that was approved and landed; its id."""
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")
    assert scene.land(tag).landed
    return tag


def evidence(scene: ApprovalScene) -> dict[str, str]:
    return {ref: oid for ref, oid in scene.scene.refs().items() if ref.startswith(ROOT)}


def archive(scene: ApprovalScene, *options: str) -> Any:
    ran = tagwarden(scene.server.path, "approvals", "archive", "--json", *options)
    assert ran.status == 0, ran.err
    return ran.json


def unapproved(scene: ApprovalScene) -> set[str | None]:
    return {ref for rule, ref in audit_errors(scene.server.path) if rule == "approved"} - {"refs/tags/m#prod#1"}


def approvers(scene: ApprovalScene) -> list[str]:
    events = tagwarden(scene.server.path, "history", "--json").json["events"]
    return [one["principal"] for event in events for one in event.get("approvals", ())]


def forget_objects(scene: ApprovalScene) -> None:
    """Have Git remove what no ref names any more."""
    scene.server.git("gc", "--quiet", "--prune=now")


def test_what_landed_is_archived_and_still_counts_while_what_is_open_stays(scene: ApprovalScene) -> None:
    landed(scene)
    waiting = scene.tag("m#prod#3")
    scene.propose(waiting)
    scene.approve(waiting, "grace")
    before = evidence(scene)

    found = archive(scene)
    forget_objects(scene)

    assert (found["landed"], found["refs"]) == (["m#prod#2"], 3)
    assert evidence(scene) == {ref: oid for ref, oid in before.items() if waiting in ref}
    assert (unapproved(scene), approvers(scene)) == (set(), ["grace@x", "lin@x"])
    line = json.loads(tagwarden(scene.server.path, "log", "-n", "1", "--json").out)["pushes"][0]
    assert (line["outcome"], line["archive"]["sha256"]) == ("archived", found["sha256"])
    assert {one["ref"]: one["old"] for one in line["updates"]} == {r: o for r, o in before.items() if waiting not in r}
    assert tagwarden(scene.server.path, "log", "--verify").status == 0
    assert archive(scene)["refs"] == 0


FORMS = [
    {"object_format": "sha256"},
    {"hook": "update"},
    pytest.param(
        {"refs_in": "reftable"},
        marks=pytest.mark.skipif(not git_has_reftables(), reason="this Git keeps refs in files only"),
    ),
]


@pytest.mark.thorough
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_so_it_is_in_repositories_of_other_kinds(new_approvals: NewApprovals, form: dict[str, str]) -> None:
    scene = new_approvals(**form)
    landed(scene)
    before = evidence(scene)

    file = archive(scene)["file"]
    forget_objects(scene)

    assert (evidence(scene), approvers(scene), unapproved(scene)) == ({}, ["grace@x", "lin@x"], set())
    scene.server.git("fetch", "--quiet", file, "refs/tagwarden/*:refs/tagwarden/*")
    assert evidence(scene) == before


def test_the_printed_command_brings_everything_back(scene: ApprovalScene) -> None:
    landed(scene)
    before = evidence(scene)
    file = archive(scene)["file"]
    forget_objects(scene)

    for place in (scene.server.path, scene.server.clone().path):
        Git.at(str(place)).run("fetch", "--quiet", file, "refs/tagwarden/*:refs/tagwarden/*")
        listed = Git.at(str(place)).run("for-each-ref", "--format=%(refname) %(objectname)", ROOT)[1].decode()
        assert dict(line.split() for line in listed.splitlines()) == before
    assert unapproved(scene) == set()


def test_nothing_that_was_archived_is_taken_again(scene: ApprovalScene) -> None:
    tag = landed(scene)
    archive(scene)

    for updates in (
        {proposal_ref(tag): tag},
        {scene.place(tag, "grace"): scene.approval(tag, "grace")},
        {proposal_ref(tag): tag, scene.place(tag, "lin"): scene.approval(tag, "lin", verdict="revoke")},
        {"refs/tags/m#prod#3": tag},
    ):
        assert not scene.push(updates).landed
    assert evidence(scene) == {}


def test_where_an_archive_went_is_said_and_no_audit_turns_red(scene: ApprovalScene, tmp_path: Path) -> None:
    landed(scene)
    file = Path(archive(scene, "--to", str(tmp_path / "safe"))["file"])
    forget_objects(scene)
    assert (file.parent, unapproved(scene)) == (tmp_path / "safe", set())

    kept = file.read_bytes()
    for spoil in (lambda: file.write_bytes(kept[:-1] + b"x"), file.unlink):
        spoil()
        told = tagwarden(scene.server.path, "audit")
        assert f"{str(file)!r}, of line" in told.out
        assert "could not be told, for these were archived" in told.out
        assert "m#prod#2" not in told.out
    assert approvers(scene) == []


def test_only_what_is_dated_before_is_archived_and_a_dry_run_changes_nothing(scene: ApprovalScene) -> None:
    landed(scene)
    before = evidence(scene)

    assert archive(scene, "--before", "1d") == {"schema": 1, "landed": [], "refs": 0, "file": None, "sha256": None}
    assert archive(scene, "--dry-run")["landed"] == ["m#prod#2"]
    assert evidence(scene) == before
    assert archive(scene, "--before", "1m")["refs"] == 3


def test_a_damaged_file_in_the_way_is_not_overwritten_and_nothing_goes(scene: ApprovalScene) -> None:
    landed(scene)
    file = Path(archive(scene)["file"])
    Git.at(str(scene.server.path)).run("fetch", "--quiet", str(file), "refs/tagwarden/*:refs/tagwarden/*")
    before = evidence(scene)
    file.write_bytes(b"damaged")

    ran = tagwarden(scene.server.path, "approvals", "archive")

    assert (ran.status, evidence(scene), file.read_bytes()) == (3, before, b"damaged")
    assert "is damaged; it is not overwritten" in ran.err


@pytest.mark.parametrize(
    ("where", "when"),
    [
        ("append_to_log", "after"),
        *(
            pytest.param(where, when, marks=pytest.mark.thorough)
            for where in ("write_bundle", "digest_of", "append_to_log", "run")
            for when in ("before", "after")
            if (where, when) != ("append_to_log", "after")
        ),
    ],
)
def test_whoever_is_killed_leaves_every_piece_of_evidence_and_the_next_call_does_the_rest(
    scene: ApprovalScene, where: str, when: str
) -> None:
    landed(scene)
    before = evidence(scene)

    killed_at(scene, where, when)

    common = str(scene.server.git_dir)
    archived = {ref: oid for one in archives_of(common) if one.problem() is None for ref, oid in one.refs.items()}
    assert {**archived, **evidence(scene)} == before
    assert unapproved(scene) == set()
    archive(scene)
    assert (evidence(scene), len(archives_of(common)), unapproved(scene)) == ({}, 1, set())
    assert len(list(Path(common, "tagwarden/archives").iterdir())) == 1
    assert tagwarden(scene.server.path, "log", "--verify").status == 0
    assert scene.push({"refs/tags/m#dev": scene.tag("m#dev")}).landed


def killed_at(scene: ApprovalScene, where: str, when: str) -> None:
    """Archive in a process of its own, which is killed right before, or right after, a step."""
    child = os.fork()
    if child == 0:
        step = getattr(archiving, where)

        def fatal(*arguments: Any, **named: Any) -> None:
            if when == "after":
                step(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(archiving, where, fatal)
        try:
            archiving.archive_approvals(str(scene.server.git_dir), Git.of_folder(str(scene.server.git_dir)))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
