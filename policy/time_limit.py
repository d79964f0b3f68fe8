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


def has_timers() -> bool:
    """Whether `in_time` can stop anything here."""
    import signal
    import sys

    # Where nobody has imported threading there is one thread; importing it would cost a hook 2 ms.
    threading = sys.modules.get("threading")
    return hasattr(signal, "setitimer") and (threading is None or threading.current_thread() is threading.main_thread())


def in_time(call: Callable[[], Result], *, seconds: float, too_slow: str) -> tuple[Result, float]:
    """What `call` returns, and how many of the `seconds` are left.

    Raises CannotJudge(`too_slow`) once they are over.
    """
    if seconds <= 0:
        raise CannotJudge(too_slow)
    if not has_timers():
        return call(), seconds
    import signal

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise CannotJudge(too_slow)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        result = call()
    finally:
        left = signal.setitimer(signal.ITIMER_REAL, 0)[0]
        signal.signal(signal.SIGALRM, before)
    return result, left
