"""What a pusher, or a kill, can do to a push that holds the lock."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess

import pytest

from support import Repo, Server, raw_tag
from support.hook_files import hook_at
from support.waiting import eventually, lock_keepers, push_lock_is_free
from tagwarden.server_hooks.log.line import LOG

SLOW = """#!/bin/sh
[ $1 = prepared ] || exit 0
while read old new ref; do
    case $ref in refs/tags/m@v0.0.1) touch slow; sleep 3 ;; esac
done
exit 0
"""


def outcomes(server: Server) -> list[str]:
    log = server.path / LOG
    return [json.loads(line)["outcome"] for line in log.read_text().splitlines()] if log.exists() else []


def test_killing_the_holder_lets_no_second_push_be_judged_beside_the_first(server: Server, clone: Repo) -> None:
    hook_at(server.path / "hooks" / "reference-transaction", SLOW)
    other = server.clone()
    clone.tag("m@v0.0.1")
    other.tag("m@v0.0.2")
    first = subprocess.Popen(["git", "push", "origin", "m@v0.0.1"], cwd=clone.path, stderr=subprocess.PIPE)
    assert eventually((server.path / "slow").exists, within=20)

    killed = lock_keepers(server)
    for holder in killed:
        os.kill(holder, signal.SIGKILL)
    pushed = other.push("m@v0.0.2")

    first.communicate()
    assert killed
    assert first.returncode == 0
    # A second version on the commit: judged after the first one had landed.
    assert not pushed.ok
    assert pushed.refused_by == {"version-per-commit"}
    assert server.tags() == {"m@v0.0.1"}
    assert outcomes(server) == ["accepted", "refused"]


class TestAPusherWhoReadsNothing:
    REFUSED = 4000

    def request(self, server: Server) -> bytes:
        """Branches that Git refuses, each with an error message, and then a tag."""
        commit = server.git("rev-parse", "main")
        other = server.git("commit-tree", "-m", "Other", f"{commit}^{{tree}}")
        tag = server.write_object(raw_tag(object=commit, tag="m@v0.0.1"))
        branches = [f"refs/heads/b{number:04}{'x' * 120}" for number in range(self.REFUSED)]
        server.git("update-ref", "--stdin", stdin="".join(f"create {branch} {commit}\n" for branch in branches))
        server.git("config", "receive.denyNonFastForwards", "true")
        lines = [f"{commit} {other} {branch}" for branch in branches]
        lines.append(f"{'0' * 40} {tag} refs/tags/m@v0.0.1")
        lines[0] += "\0report-status side-band-64k object-format=sha1"
        packets = b"".join(b"%04x%s" % (len(line) + 4, line.encode()) for line in lines)
        pack = b"PACK\0\0\0\2\0\0\0\0"
        return packets + b"0000" + pack + hashlib.sha1(pack, usedforsecurity=False).digest()

    @pytest.fixture
    def stalled(self, server: Server) -> subprocess.Popen[bytes]:
        request = self.request(server)
        process = subprocess.Popen(
            ["git", "receive-pack", str(server.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        while (length := int(process.stdout.read(4), 16)) > 0:
            process.stdout.read(length - 4)
        process.stdin.write(request)
        process.stdin.close()
        return process

    def test_keeps_others_waiting_for_seconds_only_and_lands_nothing_later(
        self, server: Server, stalled: subprocess.Popen[bytes]
    ) -> None:
        assert eventually(lambda: outcomes(server) != [], within=60)

        assert eventually(lambda: push_lock_is_free(server), within=10)

        assert stalled.wait(10) == -signal.SIGTERM
        assert stalled.stdout is not None
        stalled.stdout.close()
        assert server.tags() == set()
        assert outcomes(server) == ["accepted", "incomplete"]
