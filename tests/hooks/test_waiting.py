"""A remote that takes its time: who sits before a terminal is told, and who ends us ends all that asks it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import Repo
from support.terminals import open_terminal
from support.waiting import eventually

COMMAND = [sys.executable, "-I", "-m", "tagwarden.cli", "check", "churn@v1.0.0"]


@pytest.fixture
def slow(guarded: Repo) -> Repo:
    """A clone whose remote answers nothing for three seconds, but for what ssh says."""
    guarded.tag("churn@v1.0.0")
    program = guarded.path.with_name("ssh")
    program.write_text(
        "#!/bin/sh\necho $$ >ssh.pid\necho 'Confirm user presence for key ED25519-SK' >&2\nexec sleep 3\n"
    )
    program.chmod(0o755)
    guarded.git("config", "core.sshCommand", str(program))
    guarded.git("config", "ssh.variant", "simple")
    guarded.git("config", "tagwarden.remoteTimeout", "1.5")
    guarded.git("remote", "set-url", "origin", "ssh://ada:hunter2@host/models.git")
    return guarded


def on_a_terminal(folder: Path, *command: str) -> str:
    """What a program writes to the terminal that its stderr is."""
    ours, theirs = open_terminal()
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:  # Linux says so of a terminal that nobody has open any more
        pass
    os.close(ours)
    process.wait(20)
    return said.decode().replace("\r\n", "\n")


def test_a_word_is_said_on_a_terminal_once(slow: Repo) -> None:
    said = on_a_terminal(slow.path, *COMMAND)

    assert said.startswith("tagwarden: waiting for 'origin', at most 1.5 seconds\n  Confirm user presence for key")
    assert said.count("waiting for") == 1
    assert "hunter2" not in said


def test_the_hook_says_it_too(slow: Repo) -> None:
    hook = slow.git_dir / "hooks" / "pre-push"
    head = slow.git("rev-parse", "churn@v1.0.0")
    line = f"refs/tags/churn@v1.0.0 {head} refs/tags/churn@v1.0.0 {'0' * 40}"
    url = slow.git("remote", "get-url", "origin")

    said = on_a_terminal(slow.path, "sh", "-c", f'echo "{line}" | "$@"', "sh", str(hook), "origin", url)

    assert said.startswith("tagwarden: waiting for 'origin'")


def test_nothing_is_said_elsewhere(slow: Repo) -> None:
    ran = subprocess.run(COMMAND, cwd=slow.path, capture_output=True, text=True)

    assert "waiting for" not in ran.stderr
    assert ran.returncode == 3


def as_always() -> None:
    """Whoever runs the tests may ignore it (nohup(1))."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_nobody_behind_who_asks(slow: Repo, number: signal.Signals) -> None:
    slow.git("config", "tagwarden.remoteTimeout", "60")
    program = slow.path.with_name("ssh")
    program.write_text(program.read_text().replace("sleep 3", "sleep 60"))
    process = subprocess.Popen(
        COMMAND, cwd=slow.path, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=as_always
    )
    pid = slow.path / "ssh.pid"
    assert eventually(lambda: pid.exists() and pid.read_text())

    os.killpg(process.pid, number)

    assert b"interrupted" in process.communicate(timeout=20)[1]
    assert process.returncode == 130
    for _ in range(200):
        try:
            os.kill(int(pid.read_text()), 0)
        except ProcessLookupError:
            return
        state = Path(f"/proc/{pid.read_text().strip()}/stat")
        if state.exists() and state.read_text().split()[2] == "Z":  # nobody has asked how it ended
            return
        time.sleep(0.01)
    raise AssertionError("ssh still runs")
