"""Refuses to deregister a version that was ever in a stage of record.

`stages.once-assigned-permanent` names stages, say `prod`. Decisions were made
by a version that was there; it has to stay in the registry to be found.

To put it right, leave it registered; unassign the stage if it shall be used no more.
"""

from __future__ import annotations

from ..verdict import Breach
from .example import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case

OPTIONS = ("stages.once-assigned-permanent",)
WHY = "what was once in use there must stay on record."


def check(case: Case) -> Iterator[Breach]:
    permanent = case.settings.stages.once_assigned_permanent
    for turn in case.turns:
        if turn.event.name.kind != "deregister":
            continue
        for stage in permanent:
            if stage in turn.had_stages:
                yield Breach(
                    f"{turn.push.tag!r} deregisters {turn.event.name.version}, which was in the stage {stage!r}",
                    turn.push.ref,
                    case.model,
                )


PERMANENT = '[stages]\nonce-assigned-permanent = ["prod"]\n'
ONE = ("churn@v1.0.0 at 1",)
EXAMPLES = (
    Example("no such stage", ("churn@v1.0.0! at 3",), refused=False, existing=(*ONE, "churn#prod at 2")),
    Example(
        "never in the stage",
        ("churn@v1.0.0! at 3",),
        refused=False,
        existing=(*ONE, "churn#dev at 2"),
        policy=PERMANENT,
    ),
    Example(
        "once in the stage", ("churn@v1.0.0! at 3",), refused=True, existing=(*ONE, "churn#prod at 2"), policy=PERMANENT
    ),
    Example(
        "in the stage and out of it again",
        ("churn@v1.0.0! at 4",),
        refused=True,
        existing=(*ONE, "churn#prod at 2", "churn#prod! at 3"),
        policy=PERMANENT,
    ),
    Example(
        "in the stage by the same push",
        ("churn#prod at 2", "churn@v1.0.0! at 3"),
        refused=True,
        existing=ONE,
        policy=PERMANENT,
    ),
)
