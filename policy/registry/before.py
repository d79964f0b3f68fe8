"""Which of a model's events came before one of them, judging by their dates."""

from __future__ import annotations

from .replay import place_in_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .event import Event

    # The time of the last unassignment by (stage, commit), and of the last deregistration by (None, commit).
    Ends = Mapping[tuple[str | None, str], int]

NEED_A_VERSION = ("assign", "unassign")


def counting_before(event: Event, others: Sequence[Event]) -> list[Event]:
    """Those of `others` that count when `event` is judged.

    `others` are events of the same model, or of one that differs only in case.
    The events that count are those that an audit replays before it: those with
    an earlier date or, in the same second, an earlier place in the replay.
    Assignments of different stages in the same second count for each other. A
    registration with a later date counts for an assignment or unassignment on
    its commit, because GTO applies registrations first.
    """
    own = place_in_time(event)
    before = [other for other in others if place_in_time(other) < own or _assigned_along(other, event)]
    if any(_ties(other, event) for other in before):
        ends = ends_of_assignments(others)
        before = [other for other in before if not (_ties(other, event) and has_ended(other, ends))]
    if event.name.kind not in NEED_A_VERSION or any(_registers(other, event.commit) for other in before):
        return before
    later = [other for other in others if _registers(other, event.commit)]
    return [*before, *sorted(later, key=place_in_time)[:1]]


def ends_of_assignments(events: Iterable[Event]) -> Ends:
    """When each commit last left each stage, and (with None for the stage) when its version was last deregistered."""
    ends: dict[tuple[str | None, str], int] = {}
    for event in events:
        if event.name.kind in ("unassign", "deregister"):
            place = event.name.stage, event.commit
            ends[place] = max(ends.get(place, event.time), event.time)
    return ends


def has_ended(assignment: Event, ends: Ends) -> bool:
    """Whether an unassignment or deregistration with a later date has ended `assignment`.

    After that, another assignment may have the same date as this one, because
    nothing was in force that it had to follow.
    """
    places = ((assignment.name.stage, assignment.commit), (None, assignment.commit))
    return any(ends.get(place, assignment.time) > assignment.time for place in places)


def _ties(other: Event, event: Event) -> bool:
    both_assign = other.name.kind == event.name.kind == "assign"
    return both_assign and other.time == event.time and other.name.stage == event.name.stage


def _assigned_along(other: Event, event: Event) -> bool:
    both_assign = other.name.kind == event.name.kind == "assign"
    return both_assign and other.time == event.time and other.name.stage != event.name.stage


def _registers(other: Event, commit: str) -> bool:
    return other.name.kind == "register" and other.commit == commit
