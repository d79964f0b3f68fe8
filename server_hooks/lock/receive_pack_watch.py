"""Tells from outside whether a receive-pack may still move refs.

It moves refs only between its hooks `pre-receive` and `post-receive`
(githooks(5)). Linux shows its children, and whether it is doing anything
(proc_pid_status(5)); on other systems only its end can be seen.

If the pusher does not read the server's messages, receive-pack blocks in a
write, possibly between two refs. If the lock stayed taken, nobody could push; if
it were freed, the rest of the push would land unjudged. So such a receive-pack
is terminated.
"""

from __future__ import annotations

import os
import time

from .receive_pack import pids_match_proc, read_proc, still_runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .receive_pack import Process

# What receive-pack starts after the refs: its last hooks, and housekeeping.
LAST_HOOKS = {b"post-receive", b"post-update"}
HOUSEKEEPING = {b"gc", b"maintenance", b"update-server-info"}

PUSH_OPTIONS = b"GIT_PUSH_OPTION_COUNT"
QUARANTINE = b"GIT_QUARANTINE_PATH"

# After so many seconds without a child or a step of its own, receive-pack is waiting for the pusher to read.
STALLED_AFTER = 2.0

FIRST_LOOK = 0.005
SLOWEST_LOOK = 0.1


class Watch:
    """Watches one receive-pack."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._signal = _pidfd_of(process)
        self._steps: bytes | None = None
        self._since = 0.0

    def ends_within(self, pause: float) -> bool:
        """Wait up to `pause` seconds for the process to end; returns whether it has."""
        if self._signal is None:
            time.sleep(pause)
            return not still_runs(self._process)
        import select

        poll = select.poll()
        poll.register(self._signal, select.POLLIN)
        return bool(poll.poll(pause * 1000))

    def is_done_with_refs(self) -> bool:
        """Whether the process has ended, or has begun what follows the refs. Terminates it if it has stalled."""
        if not still_runs(self._process):
            return True
        children = self._children()
        if children is None:
            return False
        if any(map(self._runs_after_refs, children)):
            return True
        if not children and self._has_stalled():
            self._end()
        if children:
            self._steps = None
        return False

    def _children(self) -> list[int] | None:
        """The ids of its children; None if the kernel does not show them (CONFIG_PROC_CHILDREN)."""
        pid = self._process.pid
        try:
            return [int(child) for child in read_proc(f"/proc/{pid}/task/{pid}/children").split()]
        except (OSError, ValueError):
            return None

    def _runs_after_refs(self, child: int) -> bool:
        try:
            command = read_proc(f"/proc/{child}/cmdline").split(b"\0")
            # A hook is started by its path; in the command line of a script, that follows the interpreter's.
            if any(os.path.basename(word) in LAST_HOOKS for word in command[:2]):
                return True
            if os.path.basename(command[0]) == b"git" and not HOUSEKEEPING.isdisjoint(command[1:2]):
                return True
            # A hook may have replaced itself with another program. Only the first and the last hook get push
            # options, and only the first sees the objects in quarantine (git-receive-pack(1)).
            names = _variables(child)
            own = _variables(self._process.pid)
            return PUSH_OPTIONS in names and QUARANTINE not in names and PUSH_OPTIONS not in own
        except OSError:
            return False

    def _has_stalled(self) -> bool:
        try:
            lines = read_proc(f"/proc/{self._process.pid}/status").splitlines()
        except OSError:
            return False
        steps = b" ".join(line for line in lines if line.startswith((b"State:", b"voluntary_", b"nonvoluntary_")))
        now = time.monotonic()
        if steps != self._steps or b"(sleeping)" not in steps:
            self._steps, self._since = steps, now
        return now - self._since >= STALLED_AFTER

    def _end(self) -> None:
        if self._signal is None:
            return
        import signal

        try:
            # On SIGTERM Git removes its lock files; it holds none while it writes to the pusher.
            signal.pidfd_send_signal(self._signal, signal.SIGTERM)
        except OSError:
            pass


def wait_until_done_with_refs(process: Process, check: Callable[[], None]) -> None:
    """Wait until `process` moves no more refs; `check` is called in between, and may raise to end the wait."""
    watch = Watch(process)
    pause = FIRST_LOOK
    while not watch.is_done_with_refs():
        check()
        time.sleep(pause)
        pause = min(pause * 2, SLOWEST_LOOK)


def _pidfd_of(process: Process) -> int | None:
    """A pidfd of exactly this process; None if it has ended, or without pidfd_open(2) (Linux 5.3)."""
    if not pids_match_proc():
        return None
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        return None
    if still_runs(process):
        return handle
    os.close(handle)
    return None


def _variables(pid: int) -> set[bytes]:
    """The names of the environment variables with which a process was started (proc_pid_environ(5))."""
    with open(f"/proc/{pid}/environ", "rb") as file:
        return {variable.partition(b"=")[0] for variable in file.read().split(b"\0")}
