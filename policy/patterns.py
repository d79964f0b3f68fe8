"""Regular expressions from the policy on text from a pusher, with a time limit.

The policy's author and the pusher may together, by accident or not, make a
match that takes years. Where no timer can stop it, a child process does the
matching.
"""

from __future__ import annotations

from .errors import CannotJudge
from .time_limit import has_timers, in_time

LIMIT = 2.0


def matches_in_time(pattern: str, text: str) -> bool:
    """Whether `pattern` matches the whole of `text`.

    Raises CannotJudge where that is not known after LIMIT seconds.
    """
    too_slow = (
        f"The pattern {pattern!r} in the policy needs more than {LIMIT:g} seconds on this message. "
        "Whoever keeps the policy should simplify it (nested repetitions such as '(a+)+' are slow)."
    )
    if not has_timers():
        return _match_in_child(pattern, text, too_slow)
    import re

    return in_time(lambda: re.fullmatch(pattern, text) is not None, seconds=LIMIT, too_slow=too_slow)[0]


def _match_in_child(pattern: str, text: str, too_slow: str) -> bool:
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
        raise CannotJudge(too_slow) from None
    if done.returncode not in (0, 10):
        raise CannotJudge(f"The pattern {pattern!r} in the policy could not be tried (exit status {done.returncode}).")
    return done.returncode == 0
