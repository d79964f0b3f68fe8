"""Replays a push on a model's history, event by event.

The existing events come before the pushed ones, whatever the tagger times
say. Pushed registrations count from the start, so that a registration and the
assignment that needs it can be pushed together. The other events follow in
the order of time; within one second: unassign, assign, deregister, deprecate.
Which events count for those after them depends on how the push may land
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
    from .history_index import StagesEver

ORDER_WITHIN_A_SECOND = {"register": 0, "unassign": 1, "assign": 2, "deregister": 3, "deprecate": 4}


class ReplayedEvent(Record):
    """One pushed event, and the state of the model right before it.

    `active` is the active version on the event's commit, `versions_here` the
    number of versions that GTO sees there, `in_stage` whether the version is in
    the event's stage. `follows` is the latest event that this one must be later
    than. `earlier_stages` are all stages that the version was assigned before,
    or in the same second. `assigned_before` tells whether the commit has any
    assignment or unassignment, `retires` whether a deprecation leaves the model
    deprecated. `active` and the stages are not filled for registrations and
    deprecations.
    """

    push: TagPush
    event: Event
    active: Version | None
    versions_here: int
    in_stage: bool
    follows: Event | None
    earlier_stages: StagesEver
    assigned_before: bool
    retires: bool = False


def in_order(events: Iterable[tuple[TagPush, Event]]) -> list[tuple[TagPush, Event]]:
    """Sort pushed events into the order in which they are replayed."""
    return sorted(events, key=lambda pair: place_in_time(pair[1]))


def place_in_time(event: Event) -> tuple[int, int, object, str]:
    """What events are sorted by; of the registrations of one second the lower version comes first."""
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
    """Replay the `pushed` events, given `in_order`, on `history`.

    Events of the `counted` kinds, and those whose tags have `landed`, are added to `history`.
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
            history.proceed(event)
    retired = history.deprecated if history.is_deprecated else None
    return [
        one._replace(retires="deprecate" not in counted or one.event == retired)
        if one.event.name.kind == "deprecate"
        else one
        for one in replayed
    ]


def _assigned_in_one_second(events: Iterable[Event]) -> dict[tuple[str, int], set[str]]:
    """The stages that the push assigns to one commit in one second; their order is that of the path."""
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
        # What was done with the version must not seem to have been done after its end; one second will do.
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
        active = event.name.version  # the lower of two on one commit can be taken back, too
    return ReplayedEvent(
        push,
        event,
        active,
        history.versions_at(commit),
        in_stage,
        follows,
        history.stages_ever(commit, together.get((commit, event.time), ())),
        history.has_assignment_tags(commit),
    )


def _latest(one: Event | None, other: Event | None) -> Event | None:
    if one is None or other is None:
        return one or other
    return other if other.time > one.time else one
