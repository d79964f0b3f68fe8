"""Real pushes at once, while the push log is rotated and pushers and rotators are killed: the chain stays whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from support import Repo, Server
from support.waiting import eventually
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.log.account import settle_now
from tagwarden.server_hooks.log.chain import read_lines, verify
from tagwarden.server_hooks.log.files import rotated_files

ROTATE = """
import sys, time
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.log.rotation import rotate
while True:
    try:
        rotate(sys.argv[1], Git.of_folder(sys.argv[1]))
    except CannotJudge:
        pass  # the lock was held for too long
    time.sleep(0.1)
"""
LIFE_OF_A_ROTATOR = 2.0


@contextmanager
def rotating(server: Server) -> Iterator[None]:
    """Rotate the log all the time, by processes that are killed one after the other."""
    over = threading.Event()

    def rotate() -> None:
        while not over.is_set():
            child = subprocess.Popen([sys.executable, "-c", ROTATE, str(server.path)])
            over.wait(LIFE_OF_A_ROTATOR)
            child.kill()
            child.wait()

    thread = threading.Thread(target=rotate)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def push(clone: Repo, tag: str, *, killed_after: float | None) -> bool:
    """Push `tag`; whether the pusher was told that it landed. Client, receive-pack and hook are killed together."""
    command = ["git", "-C", str(clone.path), "push", "--quiet", "origin", f"refs/tags/{tag}"]
    pushing = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return pushing.wait(killed_after) == 0
    except subprocess.TimeoutExpired:
        os.killpg(pushing.pid, signal.SIGKILL)
        return pushing.wait() == 0


@pytest.mark.parametrize(("pushes", "at_once"), [(6, 3), pytest.param(200, 20, marks=pytest.mark.thorough)])
def test_the_log_stays_whole_and_tells_of_every_tag(server: Server, clone: Repo, pushes: int, at_once: int) -> None:
    chance = random.Random(1)
    tags = [f"model{number}@v1.0.0" for number in range(pushes)]
    for tag in tags:
        clone.tag(tag)
    lives = [chance.uniform(0.05, 0.1 * at_once) if number % 3 == 0 else None for number in range(pushes)]

    with rotating(server), ThreadPoolExecutor(at_once) as pool:
        told = list(pool.map(lambda tag, life: push(clone, tag, killed_after=life), tags, lives))
        assert eventually(lambda: len(rotated_files(str(server.path))) > pushes // 100)
    clone.tag("last@v1.0.0")
    assert clone.push("last@v1.0.0").ok
    assert settle_now(str(server.path), Git.of_folder(str(server.path))) is None

    lines = [json.loads(line) for line in read_lines(str(server.path))]
    logged = [update["ref"].removeprefix("refs/tags/") for line in lines for update in line["updates"]]
    accepted = {tag for tag, line in zip(logged, lines, strict=True) if line["outcome"] == "accepted"}
    lost = {tag for tag, line in zip(logged, lines, strict=True) if line["outcome"] == "incomplete"}
    landed = server.tags()
    assert {tag for tag, was_told in zip(tags, told, strict=True) if was_told} <= landed
    assert landed == accepted - lost
    assert all(was_told for was_told, life in zip(told, lives, strict=True) if life is None)
    assert verify(str(server.path))[2:4] == ((), ())
    assert [line["line"] for line in lines] == [*range(1, len(lines) + 1)]
