"""How a hook waits for the push lock: in the kernel's queue, for a limited time, and with a message to the user."""

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
    """Another push kept the lock for as long as this one could wait."""


class Patience:
    """A wait of at most `wait` seconds from now on; after one second, `say` is called once with a line for the user."""

    def __init__(self, wait: float, say: Callable[[str], None]) -> None:
        self._wait = wait
        self._say = say
        self._said = False
        self._began = time.monotonic()
        self.tick = min(SAY_SO_AFTER, max(wait, 0.001))

    def check(self) -> None:
        """Call `say` once after a second of waiting. Raises Busy once the time is up."""
        waited = time.monotonic() - self._began
        if waited >= self._wait:
            raise Busy(
                f"Another push of model tags is under way, and did not end in {self._wait:g} seconds. Push again later."
            )
        if waited >= SAY_SO_AFTER and not self._said:
            self._said = True
            self._say("waiting for another push of model tags to end …")


def wait_for_lock(fd: int, patience: Patience) -> None:
    """Lock `fd` (flock(2)) as soon as it is free. An exception of `patience.check` ends the wait."""
    # A blocking flock is served in the order of arrival; polling would not be.
    before = signal.signal(signal.SIGALRM, lambda *_: patience.check())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    try:
        # The timer repeats because an alarm just before flock is entered does not interrupt it.
        signal.setitimer(signal.ITIMER_REAL, patience.tick, patience.tick)
        fcntl.flock(fd, fcntl.LOCK_EX)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
