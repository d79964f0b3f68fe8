"""The push log under many pushes at once, of which some are killed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import time

import pytest

from support import Repo, Server
from tagwarden.server_hooks.log.chain import read_lines, verify

AT_ONCE = 12


def push_all(server: Server, clone: Repo, pushes: int, seed: int) -> int:
    """Push as many tags at once, killing a third of the pushes with all their processes; how many were killed."""
    dice = random.Random(seed)
    running: list[subprocess.Popen[bytes]] = []
    killed = 0
    for number in range(pushes):
        while sum(process.poll() is None for process in running) >= AT_ONCE:
            time.sleep(0.01)
        command = ["git", "-C", str(clone.path), "push", "--quiet", "origin", f"refs/tags/m{number}@v1.0.0"]
        quiet = subprocess.DEVNULL
        running.append(subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True))
        if dice.random() < 1 / 3:
            time.sleep(dice.random() * 0.2)
            alive = [process for process in running if process.poll() is None]
            if alive:
                # Git, receive-pack and the hook are one process group.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(dice.choice(alive).pid, signal.SIGKILL)
                    killed += 1
    for process in running:
        process.wait(timeout=120)
    return killed


@pytest.mark.parametrize(
    ("pushes", "seed"),
    [pytest.param(24, 1, id="24 pushes"), pytest.param(200, 2, id="200 pushes", marks=pytest.mark.thorough)],
)
def test_pushes_at_once_with_random_kills_leave_a_whole_log(
    server: Server, clone: Repo, pushes: int, seed: int
) -> None:
    for number in range(pushes):
        clone.commit()
        clone.tag(f"m{number}@v1.0.0")
    killed = push_all(server, clone, pushes, seed)

    found = verify(str(server.path))
    assert not found.troubles
    assert killed >= pushes // 10
    logged = {
        update["ref"].removeprefix("refs/tags/")
        for line in map(json.loads, read_lines(str(server.path)))
        if line["outcome"] == "accepted"
        for update in line["updates"]
    }
    assert server.tags() <= logged
    assert len(server.tags()) >= pushes // 2
