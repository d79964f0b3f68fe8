"""How a hook waits for the push lock: in the kernel's queue, not for ever, and not without a word."""

from __future__ import annotations

import fcntl
import signal
import time

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SAY_SO_AFTER = 1.0


class Busy(CannotJudge):
    """Another push kept the lock for as long as this one was ready to wait."""


class Patience:
    """Ends after `wait` seconds from now on; after a second of them `say` is called once with a line for the user."""

    def __init__(self, wait: float, say: Callable[[str], None]) -> None:
        self._wait = wait
        self._say = say
        self._said = False
        self._began = time.monotonic()
        self.tick = min(SAY_SO_AFTER, max(wait, 0.001))

    def check(self) -> None:
        """Say that we wait, once it takes long; raise Busy once it takes too long."""
        waited = time.monotonic() - self._began
        if waited >= self._wait:
            raise Busy(
                f"Another push of model tags is under way, and did not end in {self._wait:g} seconds. Push again later."
            )
        if waited >= SAY_SO_AFTER and not self._said:
            self._said = True
            self._say("waiting for another push of model tags to end …")


def wait_for_lock(fd: int, patience: Patience) -> None:
    """Lock `fd` (flock(2)) as soon as it is free. What `patience.check` raises ends the wait."""
    # The kernel wakes those who wait in the order in which they came; to poll would not.
    before = signal.signal(signal.SIGALRM, lambda *_: patience.check())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    try:
        # Again and again, for an alarm just before flock is entered does not interrupt it.
        signal.setitimer(signal.ITIMER_REAL, patience.tick, patience.tick)
        fcntl.flock(fd, fcntl.LOCK_EX)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
