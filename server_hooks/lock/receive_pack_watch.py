"""Whether a receive-pack may still move refs, seen from outside.

It moves refs only between its hooks `pre-receive` and `post-receive`
(githooks(5)). Linux tells what children it has, and whether it does anything
(proc_pid_status(5)); elsewhere only its end is seen.

A pusher who does not read what the server says stops receive-pack where it
writes, which may be between two refs. With the lock held that would stop
everybody, and to give the lock up would let the rest of the push land unjudged:
so such a push is ended.
"""

from __future__ import annotations

import os
import time

from .receive_pack import read_proc, same_numbers, still_runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .receive_pack import Process

# What receive-pack starts once the refs are done: its last hooks, and housekeeping.
LAST_HOOKS = {b"post-receive", b"post-update"}
HOUSEKEEPING = {b"gc", b"maintenance", b"update-server-info"}

PUSH_OPTIONS = b"GIT_PUSH_OPTION_COUNT"
QUARANTINE = b"GIT_QUARANTINE_PATH"

# So many seconds without a child and without a single step: it waits for the pusher to read.
STALLED_AFTER = 2.0

FIRST_LOOK = 0.005
SLOWEST_LOOK = 0.1


class Watch:
    """Watches one receive-pack."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._signal = _handle_of(process)
        self._steps: bytes | None = None
        self._since = 0.0

    def ends_within(self, pause: float) -> bool:
        """Wait up to so many seconds for its end, and say whether it came."""
        if self._signal is None:
            time.sleep(pause)
            return not still_runs(self._process)
        import select

        poll = select.poll()
        poll.register(self._signal, select.POLLIN)
        return bool(poll.poll(pause * 1000))

    def is_done_with_refs(self) -> bool:
        """Whether it has ended, or does what comes after the refs. One that has stalled is ended here."""
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
        """The ids of its children; None where the kernel does not tell (CONFIG_PROC_CHILDREN)."""
        pid = self._process.pid
        try:
            return [int(child) for child in read_proc(f"/proc/{pid}/task/{pid}/children").split()]
        except (OSError, ValueError):
            return None

    def _runs_after_refs(self, child: int) -> bool:
        try:
            command = read_proc(f"/proc/{child}/cmdline").split(b"\0")
            # A hook is started by its path, a script's comes after its interpreter's.
            if any(os.path.basename(word) in LAST_HOOKS for word in command[:2]):
                return True
            if os.path.basename(command[0]) == b"git" and not HOUSEKEEPING.isdisjoint(command[1:2]):
                return True
            # Where a hook has become another program: push options are given to the first and the last hook
            # only, and the first sees the objects in quarantine (git-receive-pack(1)).
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
            # Git takes its lock files along where it is asked to end; it holds none while it tells the pusher.
            signal.pidfd_send_signal(self._signal, signal.SIGTERM)
        except OSError:
            pass


def wait_until_done_with_refs(process: Process, check: Callable[[], None]) -> None:
    """Return once `process` moves no more refs; `check` is called now and then, and may raise."""
    watch = Watch(process)
    pause = FIRST_LOOK
    while not watch.is_done_with_refs():
        check()
        time.sleep(pause)
        pause = min(pause * 2, SLOWEST_LOOK)


def _handle_of(process: Process) -> int | None:
    """A pidfd of exactly this process; None where there are none (pidfd_open(2): Linux 5.3), or it has ended."""
    if not same_numbers():
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
    """The names of the variables that a process was started with (proc_pid_environ(5))."""
    with open(f"/proc/{pid}/environ", "rb") as file:
        return {variable.partition(b"=")[0] for variable in file.read().split(b"\0")}
