"""The process that keeps the push lock after the hook has ended.

It is a fork of the hook, detached from everything that somebody waits for: an
open descriptor of the connection would keep ssh and HTTP servers waiting.
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

# A receive-pack that hangs must not keep everybody else from pushing for ever.
AT_MOST = 600.0
FIRST_LOOK = 0.002
SLOWEST_LOOK = 0.25

# Git has nearly always put a push in its place before this; then nobody asks what receive-pack does.
WATCHED_AFTER = 0.03


def hold_until_pushed(
    lock: int,
    receive_pack: Process,
    common_dir: str,
    updates: Sequence[RefUpdate],
    at_end: Callable[[bool], object] | None = None,
) -> None:
    """Return once `receive_pack` moves no more refs, or `updates` (if any) are in place; the lock is free then.

    `at_end` is called just before, with True if all `updates` are in place,
    unless receive-pack hangs. To be called in a forked process only: it
    closes every descriptor but `lock`.
    """
    os.setsid()
    lock = _detach(lock)
    os.chdir("/")
    refs = RefsInPlace(common_dir, updates)
    watch = Watch(receive_pack)
    deadline = time.monotonic() + AT_MOST
    pause = FIRST_LOOK
    while time.monotonic() < deadline:
        ended = watch.ends_within(pause) or (pause >= WATCHED_AFTER and watch.is_done_with_refs())
        if refs.are_in_place() or ended:
            _tell(at_end, refs.are_in_place())
            break
        pause = min(pause * 2, SLOWEST_LOOK)
    os.ftruncate(lock, 0)
    os.close(lock)


def _tell(at_end: Callable[[bool], object] | None, in_place: bool) -> None:
    try:
        if at_end is not None:
            at_end(in_place)
    except BaseException:  # noqa: BLE001, S110 -- nobody is left to be told; whoever takes the lock next does it again
        pass


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
