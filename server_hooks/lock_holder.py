"""The process that keeps the push lock after the hook has ended.

It is a fork of the hook, detached from everything that somebody waits for: an
open descriptor of the connection would keep ssh and HTTP servers waiting.
"""

from __future__ import annotations

import fcntl
import os
import time

from .receive_pack import still_runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..policy.push import RefUpdate
    from .receive_pack import Process

# A receive-pack that hangs must not keep everybody else from pushing for ever.
AT_MOST = 600.0
FIRST_LOOK = 0.002
SLOWEST_LOOK = 0.25
MOST_REFS_TO_WATCH = 1000


def hold_until_pushed(lock: int, receive_pack: Process, common_dir: str, updates: Sequence[RefUpdate]) -> None:
    """Return once `receive_pack` has ended, or `updates` (if any) are in place; the lock is free then.

    To be called in a forked process only: it closes every descriptor but `lock`.
    """
    os.setsid()
    lock = _detach(lock)
    os.chdir("/")
    in_place = _watch_of(common_dir, updates)
    has_ended = _end_of(receive_pack)
    deadline = time.monotonic() + AT_MOST
    pause = FIRST_LOOK
    while not has_ended(pause) and not in_place() and time.monotonic() < deadline:
        pause = min(pause * 2, SLOWEST_LOOK)
    os.ftruncate(lock, 0)
    os.close(lock)


def _detach(lock: int) -> int:
    """Close everything but the lock, which moves out of the way of 0, 1 and 2."""
    kept = fcntl.fcntl(lock, fcntl.F_DUPFD_CLOEXEC, 3)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    for fd in _open_descriptors():
        if fd > 2 and fd != kept:
            try:
                os.close(fd)
            except OSError:
                pass
    return kept


def _open_descriptors() -> list[int]:
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return [int(name) for name in os.listdir(folder)]
        except OSError:
            continue
    return list(range(1024))


def _end_of(process: Process) -> Callable[[float], bool]:
    """A function that waits up to so many seconds for the end of `process`, and says whether it came."""
    try:
        pidfd = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or older than 5.3; or ended
        pidfd = -1
    if pidfd < 0 or not still_runs(process):

        def ends_within(pause: float) -> bool:
            time.sleep(pause)
            return not still_runs(process)

        return ends_within

    import select

    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return lambda pause: bool(poll.poll(pause * 1000))


def _watch_of(common_dir: str, updates: Sequence[RefUpdate]) -> Callable[[], bool]:
    """A function that says whether all `updates` are in place, as far as loose refs tell.

    False where they don't: a deletion, a ref that was packed meanwhile, a
    reftable. Then the end of receive-pack tells.
    """
    waited_for = [(f"{common_dir}/{one.ref}", f"{one.new}\n".encode("ascii")) for one in updates]
    if not 0 < len(waited_for) <= MOST_REFS_TO_WATCH or any(one.new is None for one in updates):
        return lambda: False
    waited_for.reverse()

    def in_place() -> bool:
        while waited_for:
            path, value = waited_for[-1]
            if _content(path) != value:
                return False
            waited_for.pop()
        return True

    return in_place


def _content(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(fd, 100)
    finally:
        os.close(fd)
