"""What proves approvals moves into a file, on a real server, where it is still read, and nothing comes again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.approval_scene import POLICY, ApprovalScene
from support.archived_approvals import approvers, archive, evidence, forget_objects, landed, unapproved
from support.attack_scene import git_has_reftables
from support.command_line import tagwarden
from support.signing import needs_ssh
from tagwarden.policy.approvals.refs import ROOT, proposal_ref
from tagwarden.repository.git.command import Git

NewApprovals = Callable[..., ApprovalScene]
pytestmark = needs_ssh


@pytest.fixture
def scene(new_approvals: NewApprovals) -> ApprovalScene:
    return new_approvals()


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
def test_an_archive_replaces_the_evidence_in_repositories_of_other_kinds(
    new_approvals: NewApprovals, form: dict[str, str]
) -> None:
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
        assert "could not be determined: they were archived" in told.out
        assert "m#prod#2" not in told.out
    assert approvers(scene) == []


def test_only_what_is_dated_before_is_archived_and_a_dry_run_changes_nothing(scene: ApprovalScene) -> None:
    landed(scene)
    before = evidence(scene)

    assert archive(scene, "--before", "1d") == {"schema": 1, "landed": [], "refs": 0, "file": None, "sha256": None}
    assert archive(scene, "--dry-run")["landed"] == ["m#prod#2"]
    assert evidence(scene) == before
    assert archive(scene, "--before", "1m")["refs"] == 3


@pytest.mark.thorough
def test_no_clone_is_taken_for_the_server(scene: ApprovalScene) -> None:
    landed(scene)
    clone = scene.server.clone()
    clone.git("fetch", "--quiet", "origin", "refs/tagwarden/*:refs/tagwarden/*")

    ran = tagwarden(clone.path, "approvals", "archive")

    assert (ran.status, "archive them in the bare repository on the server" in ran.err) == (3, True)
    assert not (clone.path / ".git/tagwarden/push-log.jsonl").exists()


def test_a_revocation_stays_so_that_no_older_approval_takes_its_place(scene: ApprovalScene) -> None:
    rules = POLICY.format(signers=scene.keys.signers).replace("count = 2", 'what = ["assign"]\ncount = {count}')
    rules = rules.replace('not = ["tagger", "pusher"]\n', "") + '[rules]\ntag-permanent = "off"\n'
    scene.scene.govern(rules.format(count=1))
    tag = scene.tag()
    scene.propose(tag)
    given = scene.approval(tag, "grace")
    for word in (given, scene.approval(tag, "grace", verdict="revoke")):
        assert scene.push({scene.place(tag, "grace"): word}).landed
    scene.approve(tag, "lin")
    assert scene.land(tag).landed

    assert archive(scene)["refs"] == 2
    assert archive(scene)["refs"] == 0

    assert scene.push({"refs/tags/m#prod#2": None}).landed
    scene.scene.govern(rules.format(count=2))
    scene.propose(tag)
    assert not scene.push({scene.place(tag, "grace"): given}).landed
    assert set(evidence(scene)) == {proposal_ref(tag), scene.place(tag, "grace")}
