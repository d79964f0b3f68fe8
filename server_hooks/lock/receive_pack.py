"""Which receive-pack runs this hook, however many scripts stand in between.

`git receive-pack` starts the hook; on some hosts a delegate script starts it
in its place (Gitea's is bash), so the parent process says little. What is
looked for is the nearest ancestor that is a receive-pack. It is told from a
later process with the same id by the time at which it started: proc_pid_stat(5)
on Linux, ps(1) where there is no /proc.

Two containers that share a repository number their processes alike and may
start them in the same tick. What tells theirs apart is the pid namespace
(pid_namespaces(7)); the boot's id tells machines and reboots apart, and where
the kernel put the program's code and stack tells a machine from its copy.
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

# git(1): options that stand before the subcommand and take the next word as their value.
TAKE_A_VALUE = {b"-C", b"-c", b"--git-dir", b"--work-tree", b"--namespace", b"--config-env", b"--attr-source"}


class Process(Record):
    """A process: its id, what tells it from a later one with the same id, and what from one elsewhere.

    `pid` is as /proc numbers it, which need not be how this process numbers
    others: a container may have been given the host's /proc.
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
    """The nearest ancestor that is a receive-pack; None where there is none, or no way to know."""
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
    """A line that names this process among all of all machines and boots, at most 127 bytes long."""
    words = (str(process.pid), process.started.replace(" ", "_"), *_whereabouts(), process.layout or "-")
    return " ".join(words).encode("ascii", "replace")[:127]


def process_of(record: bytes) -> Process | None:
    """The process that a `record_of` names; None where it is one of another boot, machine or pid namespace."""
    words = record.decode("ascii", "replace").split()
    if len(words) != 5 or not words[0].isdigit() or words[2:4] != _whereabouts():
        return None
    layout = "" if words[4] == "-" else words[4]
    return Process(int(words[0]), words[1] if _has_proc() else words[1].replace("_", " "), layout)


def same_numbers() -> bool:
    """Whether /proc numbers processes as the system calls of this process do."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())
    except OSError:
        return False


def _whereabouts() -> list[str]:
    """What has its own numbers for processes: the boot (or the machine), and the pid namespace."""
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
    # Not getppid(2), which numbers by another namespace where /proc is the host's.
    try:
        stat = read_proc("/proc/self/stat")
    except OSError:
        return 0
    return int(stat[stat.rfind(b")") + 2 :].split()[1])


def still_runs(process: Process) -> bool:
    """Whether `process` has neither ended nor given its id to another one. A zombie has ended."""
    entry = _look_up(process.pid)
    return entry is not None and entry.started == process.started


def ancestors_can_be_read() -> Literal["proc", "ps"] | None:
    """What tells about other processes here; None where nothing does, and no lock outlives the hook."""
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
    # Linux's ps reads /proc. One that does not know this process is another namespace's, and names others.
    return None if _proc_is_foreign() else _from_ps(pid)


def _has_proc() -> bool:
    return os.path.exists("/proc/self/stat")


def _from_proc(pid: int) -> _Entry | None:
    try:
        stat = read_proc(f"/proc/{pid}/stat")
        command = read_proc(f"/proc/{pid}/cmdline").split(b"\0")
    except OSError:
        return None
    # The second field is the program's name in parentheses, which may hold blanks and parentheses.
    fields = stat[stat.rfind(b")") + 2 :].split()
    if len(fields) < 20 or fields[0] in (b"Z", b"X"):
        return None
    return _Entry(int(fields[1]), fields[19].decode("ascii"), command, _layout(fields))


def _proc_is_foreign() -> bool:
    return os.path.isdir("/proc/1") and not _has_proc()


def _layout(fields: Sequence[bytes]) -> str:
    """Where code and stack begin, which the kernel draws for each program; they read 0 for those who may not know."""
    if len(fields) < 26 or not (fields[23].isdigit() and fields[25].isdigit()):
        return ""
    return f"{int(fields[23]):x}-{int(fields[25]):x}"


def read_proc(path: str) -> bytes:
    """The beginning of a file of proc(5). OSError where it can't be read."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 1 << 16)
    finally:
        os.close(fd)


def _from_ps(pid: int) -> _Entry | None:
    # lstart is five words ("Fri Nov 21 02:31:00 2025") on Linux, macOS and the BSDs alike.
    command = ["ps", "-o", "ppid=,stat=,lstart=,command=", "-ww", "-p", str(pid)]
    try:
        # It ends with 1 where there is no such process.
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
