"""Which of a model's tags stood before one of them, as far as their dates tell."""

from __future__ import annotations

from .replay import place_in_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .event import Event

    # The second in which something last ended, by (stage, commit); by (None, commit) for the version there.
    Ends = Mapping[tuple[str | None, str], int]

NEED_A_VERSION = ("assign", "unassign")


def counting_before(event: Event, others: Sequence[Event]) -> list[Event]:
    """Those of `others`, of the same model or one that differs in case, that count where `event` is judged.

    These are the ones that an audit replays before it: dated earlier; in the
    same second registrations of lower versions, and whatever GTO puts in front.
    What a push assigns in one second counts for one another. A registration
    that is dated later counts for what needs a version on its commit, for GTO
    applies registrations first.
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
    """When something last ended for a commit: its place in a stage, or (None for the stage) its version."""
    ends: dict[tuple[str | None, str], int] = {}
    for event in events:
        if event.name.kind in ("unassign", "deregister"):
            place = event.name.stage, event.commit
            ends[place] = max(ends.get(place, event.time), event.time)
    return ends


def has_ended(assignment: Event, ends: Ends) -> bool:
    """Whether `assignment` was ended by something that is dated later.

    What came after the end may then be dated in the assignment's own second: it
    had nothing in force to follow.
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
