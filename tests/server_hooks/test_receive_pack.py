"""Finding the receive-pack above a hook, with /proc and without."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.programs import needs
from support.waiting import eventually
from tagwarden.server_hooks.lock import holder as lock_holder
from tagwarden.server_hooks.lock import receive_pack
from tagwarden.server_hooks.lock.receive_pack import Process, ancestors_can_be_read, find_receive_pack, still_runs

needs_ps = needs("ps")


@pytest.mark.parametrize(
    ("command", "is_one"),
    [
        ("git-receive-pack /srv/x.git", True),
        ("/usr/lib/git-core/git-receive-pack /srv/x.git", True),
        ("git receive-pack --stateless-rpc .", True),
        ("/usr/bin/git -c a.b=c --git-dir /x receive-pack .", True),
        ("git --exec-path=/x -C receive-pack receive-pack .", True),
        ("git -C receive-pack push", False),
        ("git push --receive-pack=git-receive-pack origin", False),
        ("git push origin receive-pack", False),
        ("git daemon --enable=receive-pack", False),
        ("sh -c git-receive-pack", False),
        ("git", False),
        ("", False),
    ],
)
def test_a_receive_pack_is_known_by_its_command(command: str, is_one: bool) -> None:
    assert receive_pack._is_receive_pack(command.encode().split(b" ")) is is_one


def test_by_hand_there_is_none() -> None:
    assert find_receive_pack() is None


@pytest.mark.parametrize("reader", ["proc", pytest.param("ps", marks=needs_ps)])
def test_it_is_found_through_other_processes(reader: str, tmp_path: Path) -> None:
    delegate = tmp_path / "delegate"
    delegate.write_text('#!/bin/sh\n"$@"\nexit 0\n')
    delegate.chmod(0o755)
    code = (
        "import os, sys; from tagwarden.server_hooks.lock import receive_pack as r\n"
        f"r._look_up = r._from_{reader}\n"
        "found = r.find_receive_pack()\n"
        "print(found.pid, r.still_runs(found), r.still_runs(found._replace(started='1')))"
    )
    with subprocess.Popen(
        ["git-receive-pack", str(delegate), str(delegate), sys.executable, "-I", "-c", code],
        executable=shutil.which("sh"), stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        output = process.communicate()[0].decode()

    assert output.split() == [str(process.pid), "True", "False"]


@needs_ps
def test_ps_tells_what_proc_tells() -> None:
    by_proc = receive_pack._from_proc(os.getpid())
    by_ps = receive_pack._from_ps(os.getpid())

    assert by_proc is not None
    assert by_ps is not None
    assert by_ps.parent == by_proc.parent == os.getppid()
    assert by_ps.started == receive_pack._from_ps(os.getpid()).started  # type: ignore[union-attr]


def test_what_has_ended_runs_no_more() -> None:
    child = subprocess.Popen(["sleep", "30"])
    entry = receive_pack._look_up(child.pid)
    assert entry is not None
    process = Process(child.pid, entry.started)
    assert still_runs(process)

    child.kill()

    assert eventually(lambda: not still_runs(process))  # a zombie counts as ended
    child.wait()
    assert not still_runs(process)


def test_what_tells_about_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ancestors_can_be_read() == "proc"

    monkeypatch.setattr(receive_pack, "_has_proc", lambda: False)
    assert ancestors_can_be_read() is None
    monkeypatch.setattr(receive_pack, "_proc_is_foreign", lambda: False)
    if shutil.which("ps"):
        assert ancestors_can_be_read() == "ps"
    monkeypatch.setenv("PATH", "/nowhere")
    assert ancestors_can_be_read() is None


@pytest.mark.parametrize("pidfd", [True, False], ids=["pidfd", "no pidfd"])
def test_the_lock_is_kept_until_the_process_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pidfd: bool
) -> None:
    if not pidfd:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    child = subprocess.Popen(["sleep", "30"])
    entry = receive_pack._look_up(child.pid)
    assert entry is not None
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    holder = os.fork()
    if holder == 0:
        lock_holder.hold_until_pushed(lock, Process(child.pid, entry.started), str(tmp_path), ())
        os._exit(0)
    os.close(lock)
    time.sleep(0.3)
    assert os.waitpid(holder, os.WNOHANG) == (0, 0)

    child.kill()
    child.wait()

    assert os.waitpid(holder, 0)[1] == 0


def test_the_lock_is_not_kept_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_holder, "MOST_SECONDS", 0.1)
    entry = receive_pack._look_up(os.getpid())
    assert entry is not None
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    holder = os.fork()
    if holder == 0:
        lock_holder.hold_until_pushed(lock, Process(os.getppid(), entry.started), str(tmp_path), ())
        os._exit(0)
    os.close(lock)

    assert os.waitpid(holder, 0)[1] == 0
