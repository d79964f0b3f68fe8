"""The process that keeps the push lock after the hook has ended.

It is a fork of the hook, and closes every descriptor that it inherits: ssh and
HTTP servers wait until the last descriptor of a connection is closed.
"""

from __future__ import annotations

import fcntl
import os
import time

from .receive_pack_watch import Watch
from .refs_in_place import RefsInPlace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...policy.push import RefUpdate
    from .receive_pack import Process

# After this many seconds a receive-pack that hangs no longer keeps the others from pushing.
MOST_SECONDS = 600.0
FIRST_LOOK = 0.002
SLOWEST_LOOK = 0.25

# By this pause, in seconds, Git has nearly always moved a push's refs; only then is receive-pack examined.
WATCHED_AFTER = 0.03


def hold_until_pushed(
    lock: int,
    receive_pack: Process,
    common_dir: str,
    updates: Sequence[RefUpdate],
    at_end: Callable[[bool], object] | None = None,
) -> None:
    """Wait until `receive_pack` moves no more refs, or all `updates` (if any) are in place; then free the lock.

    Calls `at_end` before it frees the lock, with True if all `updates` are in
    place, unless receive-pack hangs. Call it only in a forked process: it closes
    every descriptor but `lock`.
    """
    os.setsid()
    lock = _detach(lock)
    os.chdir("/")
    refs = RefsInPlace(common_dir, updates)
    watch = Watch(receive_pack)
    deadline = time.monotonic() + MOST_SECONDS
    pause = FIRST_LOOK
    while time.monotonic() < deadline:
        ended = watch.ends_within(pause) or (pause >= WATCHED_AFTER and watch.is_done_with_refs())
        if refs.are_in_place() or ended:
            _call_at_end(at_end, refs.are_in_place())
            break
        pause = min(pause * 2, SLOWEST_LOOK)
    os.ftruncate(lock, 0)
    os.close(lock)


def _call_at_end(at_end: Callable[[bool], object] | None, in_place: bool) -> None:
    try:
        if at_end is not None:
            at_end(in_place)
    except BaseException:  # noqa: BLE001, S110 -- nobody is left to report to; the next holder of the lock retries
        pass


def _detach(lock: int) -> int:
    """Close everything but the lock, and point 0, 1 and 2 to /dev/null; returns the lock's new descriptor."""
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
