"""Servers of other programs, started on loopback for as long as a test session needs them."""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

PATIENCE = 20.0


def free_port() -> int:
    """A port on loopback that is not in use."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: Sequence[str], ready: Callable[[], bool], output: Path, **how: Any) -> Iterator[None]:
    """Run a server until the context ends. Raises AssertionError with its output if it does not start."""
    with output.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **how)
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            alive = process.poll() is None and time.monotonic() < deadline
            assert alive, f"{command[0]} does not start:\n{output.read_text(errors='replace')}"
            time.sleep(0.01)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def listening(port: int) -> Callable[[], bool]:
    """A function that tells whether connections to `port` are accepted."""

    def ready() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
        return False

    return ready


def user_name() -> str:
    """The user as whom the tests run, according to the kernel and not to USER."""
    return pwd.getpwuid(os.getuid()).pw_name
