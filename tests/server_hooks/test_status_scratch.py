"""The scratch repository of `tagwarden status --server`: removed whole, even while another process writes into it."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import threading
import time
from pathlib import Path

import pytest

from support import Server
from tagwarden.cli.run import run
from tagwarden.repository.hook_files.probe import Tried, try_hooks
from tagwarden.server_hooks import probe


class Keeper(threading.Thread):
    """Keeps the lock of the repository at `folder` for a while after a push, and writes there, as a slow holder would.

    With `leaves_lock` it frees the lock first, and goes on writing.
    """

    def __init__(self, folder: Path, *, leaves_lock: bool = False) -> None:
        super().__init__()
        self.folder = folder
        self.leaves_lock = leaves_lock
        self.wrote = 0
        self._lock = os.open(folder / "tagwarden" / "push.lock", os.O_RDWR)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        os.pwrite(self._lock, b"0".ljust(127) + b"\n", 0)

    def run(self) -> None:
        if self.leaves_lock:
            self._free()
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            try:
                (self.folder / "tagwarden" / f"{self.wrote}").write_bytes(b"")
            except FileNotFoundError:
                break
            self.wrote += 1
        if not self.leaves_lock:
            self._free()

    def _free(self) -> None:
        os.ftruncate(self._lock, 0)
        os.close(self._lock)


@pytest.mark.parametrize("leaves_lock", [False, True])
def test_a_process_that_still_writes_into_it_changes_nothing_in_the_proof(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    leaves_lock: bool,
) -> None:
    server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    keepers: list[Keeper] = []

    def try_and_keep(command: list[str], *, environment: dict[str, str], given: bytes, folder: str) -> Tried:
        tried = try_hooks(command, environment=environment, given=given, folder=folder)
        keepers.append(Keeper(Path(folder), leaves_lock=leaves_lock))
        keepers[-1].start()
        return tried

    monkeypatch.setattr(probe, "try_hooks", try_and_keep)

    exit_status = run(["status", "--server", "--json", str(server.path)])

    [keeper] = keepers
    keeper.join()
    assert (exit_status, json.loads(capsys.readouterr().out)["proven"]) == (0, "reports")
    assert keeper.wrote
    if not leaves_lock:
        assert not list((tmp_path / "scratch").iterdir())
