"""How much slow work a push may cause while others wait for it.

A pusher can make patterns of the policy, YAML files and signatures take long.
Each of these kinds of work has a number of seconds for the whole push, however
many tags are pushed.
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
        "The patterns in the policy take more than {seconds:g} seconds on what is pushed. Whoever keeps the policy "
        "should simplify {what} (nested repetitions such as '(a+)+' are slow)."
    ),
    "documents": (
        "The files that are read (.gto, and artifacts.yaml, dvc.yaml and such of the tagged commits) take more than "
        "{seconds:g} seconds to read, at last {what}. Push fewer tags at once, or make the files smaller."
    ),
    "signatures": (
        "The signatures of this push take more than {seconds:g} seconds to verify, at last {what}. Push fewer tags "
        "at once."
    ),
}


class Budget:
    """The seconds that are left for each kind of work.

    With `for_each`, each piece of work gets the full number of seconds: for
    audits of old tags, where no pusher waits.
    """

    def __init__(self, *, for_each: bool = False) -> None:
        self._left = dict(SECONDS)
        self._for_each = for_each

    def left(self, work: Work) -> float:
        """How many seconds there are for the next piece of work of this kind."""
        return SECONDS[work] if self._for_each else self._left[work]

    def run(self, work: Work, call: Callable[[], Result], *, what: str) -> Result:
        """What `call` returns. Raises CannotJudge, which names `what` took the time, once no time is left."""
        from .time_limit import in_time

        seconds = self.left(work)
        result, self._left[work] = in_time(call, seconds=seconds, too_slow=self.too_slow(work, what))
        return result

    def charge(self, work: Work, seconds: float) -> None:
        """Take off the seconds that a program took."""
        self._left[work] -= seconds

    def too_slow(self, work: Work, what: str) -> str:
        """What to say once the time is over."""
        return TOO_SLOW[work].format(seconds=SECONDS[work], what=what)

    def check(self, work: Work, what: str) -> None:
        """Raise CannotJudge where no time is left."""
        if self.left(work) <= 0:
            raise CannotJudge(self.too_slow(work, what))
