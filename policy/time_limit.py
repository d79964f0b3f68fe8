"""Stops work on a pusher's text that takes too long.

CPython looks for signals between its instructions and within `re`, so a timer
can stop both. Windows has no timers, and neither have threads other than the
main one; there `in_time` limits nothing.
"""

from __future__ import annotations

from .errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import TypeVar

    Result = TypeVar("Result")


# On a busy machine others have the processor most of the time. That must not make honest work too slow.
PATIENCE = 4

# Fire again so soon: an exception that is raised in a destructor, or under a bare `except`, is swallowed.
AGAIN = 0.1


def has_timers() -> bool:
    """Whether `in_time` can stop anything here."""
    import signal
    import sys

    # Where nobody has imported threading there is one thread; importing it would cost a hook 2 ms.
    threading = sys.modules.get("threading")
    return hasattr(signal, "setitimer") and (threading is None or threading.current_thread() is threading.main_thread())


def in_time(call: Callable[[], Result], *, seconds: float, too_slow: str) -> tuple[Result, float]:
    """What `call` returns, and how many of the `seconds` are left.

    `seconds` counts the processor's time; the clock may show PATIENCE times as
    many. Raises CannotJudge(`too_slow`) once they are over; without timers the
    next call raises it. The parent process may have blocked or ignored the
    timer's signal, so it is unblocked meanwhile.
    """
    import time

    if seconds <= 0:
        raise CannotJudge(too_slow)
    began = time.process_time(), time.monotonic()

    def left() -> float:
        return seconds - max(time.process_time() - began[0], (time.monotonic() - began[1]) / PATIENCE)

    if not has_timers():
        result = call()
        return result, left()
    import signal
    import sys

    def stop(_number: int, _frame: FrameType | None) -> None:
        # The timer fires every AGAIN seconds, and a signal that was blocked before is not the timer's.
        if left() <= 0:
            raise CannotJudge(too_slow)

    def tell_of_others(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is not CannotJudge:
            unraisable(lost)

    before, unraisable = signal.signal(signal.SIGALRM, stop), sys.unraisablehook
    sys.unraisablehook = tell_of_others
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    try:
        signal.setitimer(signal.ITIMER_REAL, min(seconds, AGAIN), AGAIN)
        try:
            result = call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        # Once more: the timer may have fired while it was being stopped.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        sys.unraisablehook = unraisable
    return result, left()
