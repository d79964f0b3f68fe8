"""Which receive-pack runs this hook, however many scripts stand in between.

`git receive-pack` starts the hook; on some hosts a delegate script starts it
in its place (Gitea's is bash), so the parent process says little. What is
looked for is the nearest ancestor that is a receive-pack. It is told from a
later process with the same id by the time at which it started: proc_pid_stat(5)
on Linux, ps(1) where there is no /proc.
"""

from __future__ import annotations

import os

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

# git(1): options that stand before the subcommand and take the next word as their value.
TAKE_A_VALUE = {b"-C", b"-c", b"--git-dir", b"--work-tree", b"--namespace", b"--config-env", b"--attr-source"}


class Process(Record):
    """A process: its id, and what tells it from a later one with the same id."""

    pid: int
    started: str


class _Entry(Record):
    parent: int
    started: str
    command: Sequence[bytes]


def find_receive_pack() -> Process | None:
    """The nearest ancestor that is a receive-pack; None where there is none, or no way to know."""
    pid = os.getppid()
    while pid > 1:
        entry = _look_up(pid)
        if entry is None:
            return None
        if _is_receive_pack(entry.command):
            return Process(pid, entry.started)
        pid = entry.parent
    return None


def still_runs(process: Process) -> bool:
    """Whether `process` has neither ended nor given its id to another one. A zombie has ended."""
    entry = _look_up(process.pid)
    return entry is not None and entry.started == process.started


def ancestors_can_be_read() -> Literal["proc", "ps"] | None:
    """What tells about other processes here; None where nothing does, and no lock outlives the hook."""
    if _from_proc(os.getpid()):
        return "proc"
    return "ps" if _from_ps(os.getpid()) else None


def _look_up(pid: int) -> _Entry | None:
    if os.path.exists("/proc/self/stat"):
        return _from_proc(pid)
    return _from_ps(pid)


def _from_proc(pid: int) -> _Entry | None:
    try:
        stat = _read(f"/proc/{pid}/stat")
        command = _read(f"/proc/{pid}/cmdline").split(b"\0")
    except OSError:
        return None
    # The second field is the program's name in parentheses, which may hold blanks and parentheses.
    fields = stat[stat.rfind(b")") + 2 :].split()
    if len(fields) < 20 or fields[0] in (b"Z", b"X"):
        return None
    return _Entry(int(fields[1]), fields[19].decode("ascii"), command)


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def _from_ps(pid: int) -> _Entry | None:
    import subprocess

    # lstart is five words ("Fri Nov 21 02:31:00 2025") on Linux, macOS and the BSDs alike.
    command = ["ps", "-o", "ppid=,stat=,lstart=,command=", "-ww", "-p", str(pid)]
    try:
        ran = subprocess.run(command, capture_output=True, env={**os.environ, "LC_ALL": "C"})
    except OSError:
        return None
    words = ran.stdout.split()
    if len(words) < 8 or not words[0].isdigit() or words[1][:1] == b"Z":
        return None
    return _Entry(int(words[0]), b" ".join(words[2:7]).decode("ascii", "replace"), words[7:])


def _is_receive_pack(command: Sequence[bytes]) -> bool:
    program = os.path.basename(command[0])
    if program == b"git-receive-pack":
        return True
    if program != b"git":
        return False
    words = iter(command[1:])
    for word in words:
        if word in TAKE_A_VALUE:
            next(words, None)
        elif not word.startswith(b"-"):
            return word == b"receive-pack"
    return False
