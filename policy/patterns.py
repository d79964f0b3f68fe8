"""Regular expressions from the policy on text from a pusher, with a time limit.

The policy's author and the pusher may together, by accident or not, make a
match that takes years. CPython's engine looks for signals while it works, so a
timer can stop it where there are timers (everywhere but on Windows); elsewhere
a child process does the matching.
"""

from __future__ import annotations

from .errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

LIMIT = 2.0


def matches_in_time(pattern: str, text: str) -> bool:
    """Whether `pattern` matches the whole of `text`.

    Raises CannotJudge where that is not known after LIMIT seconds.
    """
    import signal
    import threading

    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _match_against_timer(pattern, text)
    return _match_in_child(pattern, text)


def _too_slow(pattern: str) -> CannotJudge:
    return CannotJudge(
        f"The pattern {pattern!r} in the policy needs more than {LIMIT:g} seconds on this message. "
        "Whoever keeps the policy should simplify it (nested repetitions such as '(a+)+' are slow)."
    )


def _match_against_timer(pattern: str, text: str) -> bool:
    import re
    import signal

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _too_slow(pattern)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        return re.fullmatch(pattern, text) is not None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _match_in_child(pattern: str, text: str) -> bool:
    import subprocess
    import sys

    program = (
        "import re, sys; p, t = sys.stdin.buffer.read().decode('utf-8', 'surrogatepass').split('\\0', 1); "
        "sys.exit(0 if re.fullmatch(p, t) else 10)"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", program],
            input=f"{pattern}\0{text}".encode("utf-8", "surrogatepass"),
            timeout=LIMIT + 1,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(pattern) from None
    if done.returncode not in (0, 10):
        raise CannotJudge(f"The pattern {pattern!r} in the policy could not be tried (exit status {done.returncode}).")
    return done.returncode == 0
