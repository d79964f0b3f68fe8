"""Landing, revoking, withdrawing and archiving at the same moment: no approval is lost, and none counts too late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from support.approval_scene import ApprovalScene
from support.command_line import tagwarden
from support.hook_files import hook_at
from support.registry_checks import audit_errors
from support.signing import needs_ssh
from support.waiting import eventually, lock_keepers
from tagwarden.policy.approvals.refs import ROOT, proposal_ref
from tagwarden.server_hooks.log.archives import archives_of

NewApprovals = Callable[..., ApprovalScene]
pytestmark = [needs_ssh, pytest.mark.thorough]
ARCHIVE = [sys.executable, "-I", "-m", "tagwarden.cli", "approvals", "archive"]

# Holds each transaction on the tag's own name for a moment after its ref is locked.
SLOW = """#!/bin/sh
[ $1 = prepared ] || exit 0
while read old new ref; do
    case $ref in refs/tags/m#prod#2) touch slow; sleep 1 ;; esac
done
exit 0
"""


@pytest.fixture
def scene(new_approvals: NewApprovals) -> ApprovalScene:
    return new_approvals()


def approved(scene: ApprovalScene, name: str = "m#prod#2") -> str:
    tag = scene.tag(name)
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")
    return tag


def archive(scene: ApprovalScene) -> int:
    return subprocess.run(ARCHIVE, cwd=scene.server.path, capture_output=True).returncode


def evidence(scene: ApprovalScene) -> dict[str, str]:
    """All that there is of proposals and approvals, as refs or in archives that the log names."""
    archived = [one.refs for one in archives_of(str(scene.server.git_dir)) if one.problem() is None]
    current = {ref: oid for ref, oid in scene.scene.refs().items() if ref.startswith(ROOT)}
    return {ref: oid for refs in archived for ref, oid in refs.items()} | current


def is_whole(scene: ApprovalScene) -> None:
    """Nothing stands that its approvals, in their place or archived, are not enough for."""
    unapproved = {ref for rule, ref in audit_errors(scene.server.path) if rule == "approved"}
    assert unapproved <= {"refs/tags/m#prod#1"}
    assert tagwarden(scene.server.path, "log", "--verify").status == 0


@pytest.mark.parametrize("spoil", ["revoke", "withdraw"])
def test_of_a_landing_and_what_spoils_it_only_one_comes_to_pass(scene: ApprovalScene, spoil: str) -> None:
    for number in range(2, 10):
        name = f"m#prod#{number}"
        tag = approved(scene, name)
        change: dict[str, str | None] = {proposal_ref(tag): None}
        if spoil == "revoke":
            change = {scene.place(tag, "lin"): scene.approval(tag, "lin", verdict="revoke")}
        before = evidence(scene)

        with ThreadPoolExecutor(3) as pool:
            tries: list[Callable[[], Any]] = [partial(scene.land, tag, name), partial(scene.push, change)]
            if number % 2:
                tries.reverse()
            first, second, archived = [pool.submit(one) for one in (*tries, partial(archive, scene))]
            results = [bool(first.result().landed), bool(second.result().landed)]
            if number % 2:
                results.reverse()

        assert archived.result() == 0
        landed, spoilt = results
        assert landed == (f"refs/tags/{name}" in scene.scene.refs())
        assert landed != spoilt, results
        if landed:
            assert evidence(scene) == before
    is_whole(scene)


def test_an_archive_takes_what_has_landed_and_leaves_what_lands_meanwhile(scene: ApprovalScene) -> None:
    """The one who keeps the lock for the landing is killed, while Git still moves its ref."""
    tag = approved(scene)
    before = evidence(scene)
    hook_at(scene.server.path / "hooks" / "reference-transaction", SLOW)
    with ThreadPoolExecutor(2) as pool:
        landing = pool.submit(scene.land, tag)
        assert eventually((scene.server.path / "slow").exists, within=20)
        killed = lock_keepers(scene.server)
        for keeper in killed:
            os.kill(keeper, signal.SIGKILL)
        archived = pool.submit(archive, scene)
        revoked = scene.push({scene.place(tag, "lin"): scene.approval(tag, "lin", verdict="revoke")})

    assert killed
    assert (landing.result().landed, archived.result(), revoked.landed) == ({b"refs/tags/m#prod#2"}, 0, set())
    assert evidence(scene) == before
    is_whole(scene)
