"""Refuses to deregister a version that was ever in a stage of record.

`stages.once-assigned-permanent` names stages, say `prod`. Decisions were made
by a version that was there; it has to stay in the registry to be found. Nor may
the tags that say so be moved or deleted, its registration and its assignment to
the stage. A deprecated model keeps its versions on record.

To put it right, leave it registered; unassign the stage if it shall be used no more.
"""

from __future__ import annotations

from ..history import read_event
from ..tag_name import TagName
from ..verdict import Breach
from .example import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from ..history import Event

OPTIONS = ("stages.once-assigned-permanent",)
WHY = "what was once in use there must stay on record."


def check(case: Case) -> Iterator[Breach]:
    permanent = case.settings.stages.once_assigned_permanent
    gone = _gone(case)
    by_tags_that_go: dict[str, list[str]] = {}
    for _, event in gone.values():
        if event.name.kind == "assign" and event.name.stage in permanent:
            by_tags_that_go.setdefault(event.commit, []).append(event.name.stage)
    for turn in case.turns:
        if turn.event.name.kind == "deregister":
            had = {*turn.had_stages, *by_tags_that_go.get(turn.event.commit, ())}
            for stage in permanent:
                if stage in had:
                    yield Breach(
                        f"{turn.push.tag!r} deregisters {turn.event.name.version}, which was in the stage {stage!r}",
                        turn.push.ref,
                        case.model,
                    )
    for ref, (change, event) in gone.items():
        if event.name.kind == "assign" and event.name.stage in permanent:
            what = f"says which version was in the stage {event.name.stage!r}"
        elif event.name.kind == "register" and (found := _first(permanent, case, event, by_tags_that_go)):
            what = f"registers {event.name.version}, which was in the stage {found!r}"
        else:
            continue
        yield Breach(f"{event.tag!r} may not be {change}: it {what}", ref, case.model)


def _gone(case: Case) -> dict[str, tuple[str, Event]]:
    """The events whose tags the push moves or deletes, by their refs."""
    found = {}
    for push in case.pushes:
        if push.old is not None and isinstance(push.name, TagName) and (event := read_event(push.old, push.name)):
            found[push.ref] = ("deleted" if push.new is None else "moved", event)
    return found


def _first(
    permanent: tuple[str, ...], case: Case, registration: Event, by_tags_that_go: dict[str, list[str]]
) -> str | None:
    commit = registration.commit
    for stage in permanent:
        if case.history.holding(stage, commit).assigned or stage in by_tags_that_go.get(commit, ()):
            return stage
    return None


PERMANENT = '[stages]\nonce-assigned-permanent = ["prod"]\n'
UNTIED = '[rules]\ntag-permanent = "off"\ntag-immutable = "off"\n'
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
    Example(
        "deleting the registration instead",
        ("delete churn@v1.0.0",),
        refused=True,
        existing=(*ONE, "churn#prod at 2"),
        policy=PERMANENT + UNTIED,
    ),
    Example(
        "deleting the assignment first",
        ("delete churn#prod",),
        refused=True,
        existing=(*ONE, "churn#prod at 2"),
        policy=PERMANENT + UNTIED,
    ),
    Example(
        "moving the assignment away",
        ("move churn#prod on c2 at 4",),
        refused=True,
        existing=(*ONE, "churn@v1.1.0 on c2 at 3", "churn#prod at 2"),
        policy=PERMANENT + UNTIED,
    ),
    Example(
        "deleting an assignment of another stage",
        ("delete churn#dev",),
        refused=False,
        existing=(*ONE, "churn#dev at 2"),
        policy=PERMANENT + UNTIED,
    ),
    Example(
        "deprecating the model",
        ("churn@deprecated at 3",),
        refused=False,
        existing=(*ONE, "churn#prod at 2"),
        policy=PERMANENT,
    ),
)
