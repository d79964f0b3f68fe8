"""Refuses assignments, unassignments and deregistrations that apply to nothing.

An assignment needs an active version of the model on its commit, an
unassignment a version that holds the stage, a deregistration the version that
is registered on that very commit. Also refused, because GTO fails on it, is an
assignment on a commit with two versions of the model, and a second version on
a commit with an assignment.

Fix: tag the commit of the version that is meant;
`tagwarden history MODEL` lists them.
"""

from __future__ import annotations

from ..commands import shell_command
from ..grammar.names import gto_spelling
from ..judging.verdict import Breach
from ..wording import some_of
from .example import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..judging.case import ModelFacts
    from ..registry.replay import ReplayedEvent

OPTIONS = ()
WHY = "CI would act on an event that the registry does not hold."


def check(facts: ModelFacts) -> Iterator[Breach]:
    # Who holds a stage is found out once, and not for each tag that is wrong about it.
    held: dict[str, str] = {}
    for turn in facts.turns:
        find_problem = CHECKS.get(turn.event.name.kind)
        problem = find_problem(turn, facts, held) if find_problem else None
        if problem:
            yield Breach(
                f"{turn.push.tag!r} {problem}",
                turn.push.ref,
                facts.model,
                fix=shell_command("tagwarden", "history", gto_spelling(facts.model or "")),
            )


def _assignment(turn: ReplayedEvent, facts: ModelFacts, _held: dict[str, str]) -> str | None:
    if turn.versions_here > 1:
        return _many_versions(turn)
    return None if turn.active else _no_version(turn, facts)


def _unassignment(turn: ReplayedEvent, facts: ModelFacts, held: dict[str, str]) -> str | None:
    if turn.versions_here > 1:
        return _many_versions(turn)
    if turn.active is None:
        return _no_version(turn, facts)
    if turn.in_stage:
        return None
    stage = turn.event.name.stage or ""
    if stage not in held:
        holders = (
            str(facts.history.active_version_at(event.commit) or event.commit) for event in facts.history.holders(stage)
        )
        held[stage] = some_of(holders) or "no version"
    return f"unassigns {turn.active}, which is not in the stage {stage!r} ({held[stage]} is)"


def _deregistration(turn: ReplayedEvent, facts: ModelFacts, _held: dict[str, str]) -> str | None:
    event = turn.event
    if event.name.version is None or turn.active == event.name.version:
        return None
    registered = facts.history.registration(event.name.version, event.commit)
    if registered is not None:
        return f"deregisters {event.name.version}, which is deregistered already"
    other = facts.history.first_registration(event.name.version)
    if other is not None:
        return f"is on the commit {event.commit}, but {event.name.version} is registered on {other.commit}"
    return f"deregisters {event.name.version}, which was never registered"


def _registration(turn: ReplayedEvent, _facts: ModelFacts, _held: dict[str, str]) -> str | None:
    if turn.versions_here > 1 and turn.assigned_before:
        return (
            f"registers a second version on the commit {turn.event.commit}, which has an assignment; GTO fails on that"
        )
    return None


def _many_versions(turn: ReplayedEvent) -> str:
    commit, count = turn.event.commit, turn.versions_here
    return f"is on the commit {commit}, which holds {count} versions; GTO can't tell which is meant"


def _no_version(turn: ReplayedEvent, facts: ModelFacts) -> str:
    there = facts.history.registrations_at.get(turn.event.commit)
    if there:
        return f"is on the commit {turn.event.commit}, whose version {there[-1].name.version} was deregistered"
    return f"is on the commit {turn.event.commit}, which holds no version of {gto_spelling(facts.model or '')!r}"


CHECKS = {
    "register": _registration,
    "deregister": _deregistration,
    "assign": _assignment,
    "unassign": _unassignment,
}

ONE = ("churn@v1.0.0 on c1",)
HELD = (*ONE, "churn#prod on c1 at 2")
EXAMPLES = (
    Example("an assignment of a version", ("churn#prod on c1 at 2",), refused=False, existing=ONE),
    Example(
        "a registration and its assignment in one push",
        ("churn@v1.0.0 on c1 at 5", "churn#prod on c1 at 4"),
        refused=False,
    ),
    Example("an assignment of nothing", ("churn#prod on c2 at 2",), refused=True, existing=ONE),
    Example(
        "an assignment of a deregistered version",
        ("churn#prod on c1 at 3",),
        refused=True,
        existing=(*ONE, "churn@v1.0.0! on c1 at 2"),
    ),
    Example("an unassignment", ("churn#prod! on c1 at 3",), refused=False, existing=HELD),
    Example(
        "a second unassignment", ("churn#prod!#2 on c1 at 4",), refused=True, existing=(*HELD, "churn#prod! on c1 at 3")
    ),
    Example(
        "an unassignment of a bare commit, which GTO does not heed",
        ("churn#prod! on c2 at 3",),
        refused=True,
        existing=(*ONE, "churn#prod on c2 at 2"),
    ),
    Example("an unassignment of another stage", ("churn#dev! on c1 at 3",), refused=True, existing=HELD),
    Example("a deregistration", ("churn@v1.0.0! on c1 at 2",), refused=False, existing=ONE),
    Example("a deregistration on the wrong commit", ("churn@v1.0.0! on c2 at 2",), refused=True, existing=ONE),
    Example("a deregistration of nothing", ("churn@v5.0.0! on c2 at 2",), refused=True, existing=ONE),
    Example(
        "a second version under an assignment",
        ("churn@v1.1.0 on c1 at 3",),
        refused=True,
        existing=HELD,
        policy='[rules]\nversion-per-commit = "off"\n',
    ),
)
