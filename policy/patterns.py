"""Regular expressions from the policy on text from a pusher, with a time limit.

A pattern and a text together, by accident or not, can make a match take
years. Where no timer can stop it, a child process does the matching.
"""

from __future__ import annotations

from .errors import CannotJudge
from .time_limit import has_timers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .budget import Budget


def matches_in_time(pattern: str, text: str, budget: Budget) -> bool:
    """Whether `pattern` matches the whole of `text`.

    Raises CannotJudge if the budget's time is over before that is known.
    """
    what = f"the pattern {pattern!r}"
    if not has_timers():
        budget.check("patterns", what)
        return _match_in_child(pattern, text, budget, what)
    import re

    return budget.run("patterns", lambda: re.fullmatch(pattern, text) is not None, what=what)


def _match_in_child(pattern: str, text: str, budget: Budget, what: str) -> bool:
    import subprocess
    import sys
    import time

    program = (
        "import re, sys; p, t = sys.stdin.buffer.read().decode('utf-8', 'surrogatepass').split('\\0', 1); "
        "sys.exit(0 if re.fullmatch(p, t) else 10)"
    )
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", program],
            input=f"{pattern}\0{text}".encode("utf-8", "surrogatepass"),
            timeout=budget.left("patterns") + 1,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotJudge(budget.too_slow("patterns", what)) from None
    finally:
        budget.charge("patterns", time.monotonic() - began)
    if done.returncode not in (0, 10):
        raise CannotJudge(f"The pattern {pattern!r} in the policy could not be tried (exit status {done.returncode}).")
    return done.returncode == 0
