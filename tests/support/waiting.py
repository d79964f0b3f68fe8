"""Waits for other processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from tagwarden.policy.errors import CannotJudge
from tagwarden.server_hooks.lock.push_lock import take_push_lock

from .repositories import Server


def eventually(condition: Callable[[], object], *, within: float = 20) -> bool:
    """Wait up to `within` seconds for the condition; returns whether it came true."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def lock_keepers(server: Server) -> list[int]:
    """The ids of the processes that have the file of the push lock open."""
    path = str(server.path / "tagwarden" / "push.lock")
    found = []
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(folder / name) == path for name in os.listdir(folder)):
                found.append(int(folder.parent.name))
        except OSError:
            continue
    return found


def push_lock_is_free(server: Server) -> bool:
    """Whether the push lock of the server's repository is free."""
    try:
        take_push_lock(str(server.path), wait=0, say=lambda _: None).release()
    except CannotJudge:
        return False
    return True
