"""Matches regular expressions of the policy against text from a pusher, within a time limit.

Some patterns take years on some texts. Where no timer can interrupt the match,
it runs in a child process, which can be killed.
"""

from __future__ import annotations

from .errors import CannotJudge
from .time_limit import has_timers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from .budget import Budget

    How = Literal["fullmatch", "search"]


def matches_in_time(pattern: str, text: str, budget: Budget) -> bool:
    """Whether `pattern` matches the whole of `text`.

    Raises CannotJudge if the time in `budget` runs out first.
    """
    return _match("fullmatch", pattern, text, budget) is not None


def find_in_time(pattern: str, text: str, budget: Budget) -> str | None:
    """The first group of the first match of `pattern` in `text`, or the whole match if it has no groups.

    None if nothing matches. Raises CannotJudge if the time in `budget` runs out first.
    """
    return _match("search", pattern, text, budget)


def _match(how: How, pattern: str, text: str, budget: Budget) -> str | None:
    what = f"the pattern {pattern!r}"
    if not has_timers():
        budget.check("patterns", what)
        return _match_in_child(how, pattern, text, budget, what)
    import re

    found = budget.run("patterns", lambda: getattr(re, how)(pattern, text), what=what)
    return None if found is None else (found[min(1, found.re.groups)] or "")


def _match_in_child(how: How, pattern: str, text: str, budget: Budget, what: str) -> str | None:
    import subprocess
    import sys
    import time

    program = (
        "import re, sys; p, t = sys.stdin.buffer.read().decode('utf-8', 'surrogatepass').split('\\0', 1); "
        f"m = re.{how}(p, t); g = m and (m[min(1, m.re.groups)] or ''); "
        "sys.stdout.buffer.write((g or '').encode('utf-8', 'surrogatepass')); sys.exit(10 if m is None else 0)"
    )
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", program],
            input=f"{pattern}\0{text}".encode("utf-8", "surrogatepass"),
            stdout=subprocess.PIPE,
            timeout=budget.left("patterns") + 1,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotJudge(budget.too_slow("patterns", what)) from None
    finally:
        budget.charge("patterns", time.monotonic() - began)
    if done.returncode not in (0, 10):
        raise CannotJudge(f"The pattern {pattern!r} in the policy could not be tried (exit status {done.returncode}).")
    return done.stdout.decode("utf-8", "surrogatepass") if done.returncode == 0 else None
