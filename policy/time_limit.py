"""Interrupts work on a pusher's text that takes too long.

CPython handles signals between bytecode instructions and inside `re`, so a
timer can interrupt both. There are no such timers on Windows, nor in threads
other than the main one; `in_time` can't interrupt anything there.
"""

from __future__ import annotations

from .errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import TypeVar

    Result = TypeVar("Result")


# Elapsed time may be this many times the CPU time, so that honest work also finishes on a busy machine.
PATIENCE = 4

# Seconds between signals. One is not enough: an exception in a destructor or under a bare `except` is swallowed.
AGAIN = 0.1


def has_timers() -> bool:
    """Whether `in_time` can interrupt a call here."""
    import signal
    import sys

    # If threading was never imported, there is only one thread. Importing it here would cost a hook 2 ms.
    threading = sys.modules.get("threading")
    return hasattr(signal, "setitimer") and (threading is None or threading.current_thread() is threading.main_thread())


def in_time(call: Callable[[], Result], *, seconds: float, too_slow: str) -> tuple[Result, float]:
    """Run `call`; return its result and how many of the `seconds` are left.

    `seconds` is CPU time; elapsed time may be PATIENCE times as long. Raises
    CannotJudge(`too_slow`) once the time is up. Without timers, `call` runs to
    its end and only the next call raises it. The timer's signal is unblocked
    during the call, because a parent process may have blocked it.
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
        # The timer fires every AGAIN seconds, and a signal that was pending before the call is not the timer's.
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
        # Again, because the timer may have raised CannotJudge while the inner `finally` stopped it.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        sys.unraisablehook = unraisable
    return result, left()
