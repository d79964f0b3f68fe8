"""Limits the time that a push may take while other pushes wait for it.

A pusher can make the policy's patterns, YAML files and signatures take long to
process. Each of these kinds of work has a number of seconds for the whole push,
regardless of how many tags it has.
"""

from __future__ import annotations

from .errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, TypeVar

    Result = TypeVar("Result")
    Work = Literal["patterns", "documents", "signatures"]

SECONDS: dict[Work, float] = {"patterns": 1.5, "documents": 1.5, "signatures": 10.0}

TOO_SLOW: dict[Work, str] = {
    "patterns": (
        "The patterns in the policy take more than {seconds:g} seconds on what is pushed. The owner of the policy "
        "should simplify {what} (nested repetitions such as '(a+)+' are slow)."
    ),
    "documents": (
        "Parsing .gto and the files of the tagged commits (artifacts.yaml, dvc.yaml and others) takes more than "
        "{seconds:g} seconds; the last was {what}. Push fewer tags at once, or make the files smaller."
    ),
    "signatures": (
        "Verifying the signatures of this push takes more than {seconds:g} seconds; the last was {what}. Push fewer "
        "tags at once."
    ),
}


class Budget:
    """The seconds that are left for each kind of work.

    With `for_each`, every single piece of work gets the full number of seconds:
    for audits of old tags, where nobody waits.
    """

    def __init__(self, *, for_each: bool = False) -> None:
        self._left = dict(SECONDS)
        self._for_each = for_each

    def left(self, work: Work) -> float:
        """The seconds that are left for work of this kind."""
        return SECONDS[work] if self._for_each else self._left[work]

    def run(self, work: Work, call: Callable[[], Result], *, what: str) -> Result:
        """Run `call` and return its result. Raises CannotJudge, which names `what`, when no time is left."""
        from .time_limit import in_time

        seconds = self.left(work)
        result, self._left[work] = in_time(call, seconds=seconds, too_slow=self.too_slow(work, what))
        return result

    def charge(self, work: Work, seconds: float) -> None:
        """Subtract the seconds that another program took."""
        self._left[work] -= seconds

    def too_slow(self, work: Work, what: str) -> str:
        """The message for when no time is left; `what` is the piece of work that was running."""
        return TOO_SLOW[work].format(seconds=SECONDS[work], what=what)

    def check(self, work: Work, what: str) -> None:
        """Raise CannotJudge, which names `what`, if no time is left."""
        if self.left(work) <= 0:
            raise CannotJudge(self.too_slow(work, what))
