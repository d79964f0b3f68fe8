"""Replays a push on a model's history, event by event.

Existing events come before the pushed ones, regardless of their tagger times.
Pushed registrations count from the start, so that a registration and the
assignment that needs it can be pushed together. The other events follow in the
order of time; within one second: unassign, assign, deregister, deprecate.
Which events count for later ones depends on how the push may land
(`facts/landing.py`).
"""

from __future__ import annotations

from ..grammar.tag_name import ALL_KINDS
from ..record import Record
from .history_index import NO_STAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ..grammar.tag_name import Kind
    from ..grammar.versions import Version
    from ..push import TagPush
    from .event import Event
    from .history import ModelHistory
    from .history_index import PastStages

ORDER_WITHIN_A_SECOND = {"register": 0, "unassign": 1, "assign": 2, "deregister": 3, "deprecate": 4}


class ReplayedEvent(Record):
    """One pushed event, and the state of the model right before it.

    `active` is the active version on the event's commit, `versions_here` the
    number of versions that GTO sees there, and `in_stage` says whether the
    version is in the event's stage. `follows` is the latest event that this one
    must be later than. `earlier_stages` are all stages that the version was
    assigned to before, or in the same second. `assigned_before` says whether the
    commit has any assignment or unassignment, `retires` whether a deprecation
    leaves the model deprecated. `active`, `in_stage` and `earlier_stages` are not
    filled for registrations and deprecations.
    """

    push: TagPush
    event: Event
    active: Version | None
    versions_here: int
    in_stage: bool
    follows: Event | None
    earlier_stages: PastStages
    assigned_before: bool
    retires: bool = False


def in_order(events: Iterable[tuple[TagPush, Event]]) -> list[tuple[TagPush, Event]]:
    """Sort pushed events into the order in which they are replayed."""
    return sorted(events, key=lambda pair: place_in_time(pair[1]))


def place_in_time(event: Event) -> tuple[int, int, object, str]:
    """The sort key for events: time, kind, and for registrations in one second the lower version first."""
    version = event.name.version
    precedence = version.precedence if version is not None and event.name.kind == "register" else ()
    return event.time, ORDER_WITHIN_A_SECOND[event.name.kind], precedence, event.tag


def replay(
    history: ModelHistory,
    pushed: Sequence[tuple[TagPush, Event]],
    *,
    counted: frozenset[Kind] = ALL_KINDS,
    landed: frozenset[str] = frozenset(),
) -> list[ReplayedEvent]:
    """Replay `pushed` events, which must be `in_order`, on `history`; return them in that order.

    Adds the events of the `counted` kinds, and those whose tags have `landed`, to
    `history`, where they count for the events after them.
    """
    counting = [event for _, event in pushed if event.name.kind in counted or event.tag in landed]
    for event in counting:
        if event.name.kind == "register":
            history.register(event)
    together = _assigned_in_one_second(counting)
    replayed = []
    for push, event in pushed:
        replayed.append(_replay_one(history, push, event, together))
        if event.name.kind in counted or event.tag in landed:
            history.apply(event)
    retired = history.deprecated if history.is_deprecated else None
    return [
        one._replace(retires="deprecate" not in counted or one.event == retired)
        if one.event.name.kind == "deprecate"
        else one
        for one in replayed
    ]


def _assigned_in_one_second(events: Iterable[Event]) -> dict[tuple[str, int], set[str]]:
    """The stages that the push assigns by (commit, second): within a second they count for each other."""
    stages: dict[tuple[str, int], set[str]] = {}
    for event in events:
        if event.name.kind == "assign" and event.name.stage is not None:
            stages.setdefault((event.commit, event.time), set()).add(event.name.stage)
    return stages


def _replay_one(
    history: ModelHistory, push: TagPush, event: Event, together: Mapping[tuple[str, int], Collection[str]]
) -> ReplayedEvent:
    kind, stage, commit = event.name.kind, event.name.stage, event.commit
    if kind == "deprecate":
        follows = _latest(history.deprecated, history.last_sign_of_life)
        return ReplayedEvent(push, event, None, 0, False, follows, NO_STAGES, False)
    follows = history.deprecated
    in_stage = False
    if event.name.version is not None:
        if kind == "register":
            follows = _latest(follows, history.deregistration(event.name.version, commit))
            versions_here, assigned = history.versions_with(event), history.has_assignment_tags(commit)
            return ReplayedEvent(push, event, None, versions_here, False, follows, NO_STAGES, assigned)
        follows = _latest(follows, history.registration(event.name.version, commit))
        # By their dates, assignments of the version must not come after its deregistration; the same second is fine.
        newest = history.newest_at(commit)
        if newest is not None and newest.time > event.time:
            follows = _latest(follows, newest)
    elif stage is not None:
        in_stage = history.is_in_force(stage, commit)
        holding = history.holding(stage, commit)
        if kind == "assign":
            follows = _latest(_latest(follows, holding.unassigned), history.newest_assignment(stage))
        else:
            follows = _latest(follows, holding.assigned)
    active = history.active_version_at(commit)
    if kind == "deregister" and event.name.version is not None and history.is_active(event.name.version, commit):
        active = event.name.version  # of two versions on one commit, the lower can be deregistered, too
    return ReplayedEvent(
        push,
        event,
        active,
        history.versions_at(commit),
        in_stage,
        follows,
        history.past_stages(commit, together.get((commit, event.time), ())),
        history.has_assignment_tags(commit),
    )


def _latest(one: Event | None, other: Event | None) -> Event | None:
    if one is None or other is None:
        return one or other
    return other if other.time > one.time else one
