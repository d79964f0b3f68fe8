"""Finds the receive-pack that runs this hook, however many scripts are in between.

`git receive-pack` starts the hook. On some hosts it starts a delegate script
instead (Gitea's is bash), so the parent process need not be the receive-pack:
the nearest ancestor that is one counts. A later process with the same id is told
apart by the time at which it started: proc_pid_stat(5) on Linux, ps(1) if there
is no /proc.

Two containers that share a repository number their processes alike and may
start two in the same tick. Their pid namespaces differ (pid_namespaces(7)).
Machines and reboots differ in the boot id, and a machine and its clone in the
addresses at which the kernel put the program's code and stack.
"""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.record import Record
from ...repository.git.command import PATIENCE
from ...repository.git.processes import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

# Options of git(1) that come before the subcommand and take the next word as their value.
TAKE_A_VALUE = {b"-C", b"-c", b"--git-dir", b"--work-tree", b"--namespace", b"--config-env", b"--attr-source"}


class Process(Record):
    """A process: its id, the time at which it `started`, and the `layout` of its memory.

    `pid` is the number in /proc. In a container with the host's /proc, system
    calls number processes differently.
    """

    pid: int
    started: str
    layout: str = ""


class _Entry(Record):
    parent: int
    started: str
    command: Sequence[bytes]
    layout: str = ""


def find_receive_pack() -> Process | None:
    """The nearest ancestor that is a receive-pack; None if there is none, or if that can't be known."""
    pid = _own_parent()
    # Process 1 has no parent, but in a container it may be the receive-pack itself.
    while pid > 0:
        entry = _look_up(pid)
        if entry is None:
            return None
        if _is_receive_pack(entry.command):
            return Process(pid, entry.started, entry.layout)
        pid = entry.parent
    return None


def record_of(process: Process) -> bytes:
    """A line that identifies this process across machines and reboots, at most 127 bytes long."""
    words = (str(process.pid), process.started.replace(" ", "_"), *_pid_scope(), process.layout or "-")
    return " ".join(words).encode("ascii", "replace")[:127]


def process_of(record: bytes) -> Process | None:
    """The process that a line of `record_of` names; None if it belongs to another boot, machine or pid namespace."""
    words = record.decode("ascii", "replace").split()
    if len(words) != 5 or not words[0].isdigit() or words[2:4] != _pid_scope():
        return None
    layout = "" if words[4] == "-" else words[4]
    return Process(int(words[0]), words[1] if _has_proc() else words[1].replace("_", " "), layout)


def pids_match_proc() -> bool:
    """Whether /proc numbers processes like the system calls of this process."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())
    except OSError:
        return False


def _pid_scope() -> list[str]:
    """The scope of process ids here: the boot (or the machine), and the pid namespace."""
    try:
        boot = read_proc("/proc/sys/kernel/random/boot_id").strip().decode("ascii", "replace")
    except OSError:
        boot = ""
    try:
        namespace = os.readlink("/proc/self/ns/pid").removeprefix("pid:").strip("[]")
    except OSError:
        namespace = ""
    return [boot or os.uname().nodename[:36].replace(" ", "_") or "-", namespace or "-"]


def _own_parent() -> int:
    if not _has_proc():
        return os.getppid()
    # Not getppid(2): if /proc is the host's, it uses the numbers of another namespace.
    try:
        stat = read_proc("/proc/self/stat")
    except OSError:
        return 0
    return int(stat[stat.rfind(b")") + 2 :].split()[1])


def still_runs(process: Process) -> bool:
    """Whether `process` is still running: its id is in use, by a process that started then and is no zombie."""
    entry = _look_up(process.pid)
    return entry is not None and entry.started == process.started


def ancestors_can_be_read() -> Literal["proc", "ps"] | None:
    """How other processes can be examined here; if None, no lock outlives its hook."""
    if _has_proc():
        return "proc" if _own_entry() else None
    if _proc_is_foreign():
        return None
    return "ps" if _from_ps(os.getpid()) else None


def _own_entry() -> _Entry | None:
    try:
        return _from_proc(int(os.readlink("/proc/self")))
    except (OSError, ValueError):
        return None


def _look_up(pid: int) -> _Entry | None:
    if _has_proc():
        return _from_proc(pid)
    # Linux's ps reads /proc. A /proc that lacks this process belongs to another namespace, whose ids mean others.
    return None if _proc_is_foreign() else _from_ps(pid)


def _has_proc() -> bool:
    return os.path.exists("/proc/self/stat")


def _from_proc(pid: int) -> _Entry | None:
    try:
        stat = read_proc(f"/proc/{pid}/stat")
        command = read_proc(f"/proc/{pid}/cmdline").split(b"\0")
    except OSError:
        return None
    # The second field is the program's name in parentheses, and may contain blanks and parentheses.
    fields = stat[stat.rfind(b")") + 2 :].split()
    if len(fields) < 20 or fields[0] in (b"Z", b"X"):
        return None
    return _Entry(int(fields[1]), fields[19].decode("ascii"), command, _layout(fields))


def _proc_is_foreign() -> bool:
    return os.path.isdir("/proc/1") and not _has_proc()


def _layout(fields: Sequence[bytes]) -> str:
    """The addresses of code and stack, which the kernel randomizes; it shows 0 to those who may not see them."""
    if len(fields) < 26 or not (fields[23].isdigit() and fields[25].isdigit()):
        return ""
    return f"{int(fields[23]):x}-{int(fields[25]):x}"


def read_proc(path: str) -> bytes:
    """The beginning of a file of proc(5). Raises OSError if it can't be read."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 1 << 16)
    finally:
        os.close(fd)


def _from_ps(pid: int) -> _Entry | None:
    # On Linux, macOS and the BSDs alike, lstart is five words ("Fri Nov 21 02:31:00 2025").
    command = ["ps", "-o", "ppid=,stat=,lstart=,command=", "-ww", "-p", str(pid)]
    try:
        # ps ends with 1 if there is no such process.
        said = run(command, environment={**os.environ, "LC_ALL": "C"}, accepted=(0, 1), patience=PATIENCE)[1]
    except CannotJudge:
        return None
    words = said.split()
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
