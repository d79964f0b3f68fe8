"""Whatever goes wrong while approvals are archived, or with the file that holds them, none is lost."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.approval_scene import ApprovalScene
from support.archived_approvals import approvers, archive, evidence, forget_objects, landed, unapproved
from support.command_line import tagwarden
from support.signing import needs_ssh
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks import archiving
from tagwarden.server_hooks.log import settlement
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.archives import archives_of
from tagwarden.server_hooks.log.line import ArchiveFile, Entry
from tagwarden.server_hooks.pusher import Pusher

NewApprovals = Callable[..., ApprovalScene]
pytestmark = needs_ssh


@pytest.fixture
def scene(new_approvals: NewApprovals) -> ApprovalScene:
    return new_approvals()


@pytest.mark.parametrize("from_byte", [b"PACK", pytest.param(b"# v", marks=pytest.mark.thorough)])
def test_a_damaged_file_in_the_way_is_not_overwritten_and_nothing_goes(scene: ApprovalScene, from_byte: bytes) -> None:
    landed(scene)
    file = Path(archive(scene)["file"])
    Git.at(str(scene.server.path)).run("fetch", "--quiet", str(file), "refs/tagwarden/*:refs/tagwarden/*")
    before = evidence(scene)
    kept = file.read_bytes()
    start = kept.index(from_byte) + 12
    damaged = kept[:start] + bytes(len(kept) - start)
    file.write_bytes(damaged)

    ran = tagwarden(scene.server.path, "approvals", "archive")

    assert (ran.status, evidence(scene), file.read_bytes()) == (3, before, damaged)
    assert "is damaged; it is not overwritten" in ran.err


@pytest.mark.thorough
def test_a_full_disk_is_named_and_nothing_goes(
    scene: ApprovalScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed(scene)
    before = evidence(scene)

    def on_a_full_disk(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", on_a_full_disk)
    with pytest.raises(OSError, match="No space left on device") as full:
        archiving.archive_approvals(
            str(scene.server.git_dir), Git.of_folder(str(scene.server.git_dir)), folder=str(tmp_path)
        )

    assert os.path.dirname(full.value.filename) == str(tmp_path)
    assert (evidence(scene), list(tmp_path.glob("approvals-*"))) == (before, [])


@pytest.mark.thorough
def test_what_a_killed_git_left_behind_is_not_in_the_way(scene: ApprovalScene) -> None:
    landed(scene)
    file = Path(archive(scene)["file"])
    Git.at(str(scene.server.path)).run("fetch", "--quiet", str(file), "refs/tagwarden/*:refs/tagwarden/*")
    file.rename(f"{file}.new")
    Path(f"{file}.new.lock").touch()

    assert archive(scene)["refs"] == 3
    assert evidence(scene) == {}


@pytest.mark.thorough
def test_a_line_of_the_log_that_names_an_archive_of_nothing_is_passed_over(scene: ApprovalScene) -> None:
    landed(scene)
    found = archive(scene)
    nothing = Entry(
        "none", Pusher(None, None, "edited"), [], "archived", archive=ArchiveFile(*list(found.values())[-2:])
    )
    append_to_log(str(scene.server.git_dir), nothing)
    forget_objects(scene)

    assert approvers(scene) == ["grace@x", "lin@x"]


@pytest.mark.thorough
def test_what_landed_and_was_archived_is_not_missed_by_a_settlement_after_it(
    scene: ApprovalScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = str(scene.server.git_dir)
    # As GitLab has it, where the lock ends with the hook: what lands late keeps all that follows from being settled.
    late = Entry("pre-receive", Pusher("zoe", None, "said so"), [], "accepted", guarded=False)
    append_to_log(common, late._replace(updates=[RefUpdate(None, scene.scene.id("c1"), "refs/tags/m#late")]))
    landed(scene)
    archive(scene)

    monkeypatch.setattr(settlement, "ON_ITS_WAY", 0)

    assert settlement.settle(common, Git.of_folder(common)) == 1


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
