"""Work on text from a pusher that must not take longer than it may.

CPython looks for signals between its instructions and within `re`, so a timer
can stop both. There are no timers on Windows, nor for threads beside the main
one; there `in_time` does not limit anything.
"""

from __future__ import annotations

from .errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import TypeVar

    Result = TypeVar("Result")


# What the timer raises gets lost in a destructor, and where somebody catches everything.
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

    Raises CannotJudge(`too_slow`) once they are over; where there is no timer,
    only once `call` has returned. Whoever started this process may have
    blocked or ignored the timer's signal: that is undone meanwhile.
    """
    import time

    if seconds <= 0:
        raise CannotJudge(too_slow)
    end = time.monotonic() + seconds
    if not has_timers():
        result = call()
        return result, end - time.monotonic()
    import signal
    import sys

    def stop(_number: int, _frame: FrameType | None) -> None:
        # A signal that was waiting behind the blockade is not the timer's.
        if time.monotonic() >= end:
            raise CannotJudge(too_slow)

    def tell_of_others(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is not CannotJudge:
            unraisable(lost)

    before, unraisable = signal.signal(signal.SIGALRM, stop), sys.unraisablehook
    sys.unraisablehook = tell_of_others
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        try:
            result = call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            left = end - time.monotonic()
    finally:
        # Once more, for the timer may have struck while it was being stopped.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        sys.unraisablehook = unraisable
    return result, left
