"""Computes the latest version and the holder of each stage, second by second."""

from __future__ import annotations

from itertools import groupby

from ..policy.record import Record
from ..policy.registry.history import ModelHistory
from .records import Interval

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..policy.grammar.versions import Precedence, Version
    from ..policy.registry.event import Event

LATEST = "latest"


class Change(Record):
    """At `moment`, the events `came` began to count and `went` ceased to."""

    moment: int
    came: Sequence[Event]
    went: Sequence[Event] = ()


def by_dates(events: Iterable[Event]) -> Iterator[Change]:
    """The changes if each event begins to count at the time of its tag."""
    for time, group in groupby(sorted(events, key=lambda event: event.time), key=lambda event: event.time):
        yield Change(time, list(group))


def intervals_of(events: Sequence[Event], changes: Iterable[Change] | None = None) -> list[Interval]:
    """When which version was the latest, and when each stage (`#prod`) held what; newest first.

    `events` are all that ever counted, in the order of their refs; without
    `changes`, each counts from its date on. An interval begins with the second of
    the change. If a stage is assigned the version that it holds, the interval
    goes on.
    """
    running: dict[str, Interval] = {}
    commits: dict[str, str] = {}
    ended: list[Interval] = []
    for time, history, deciding in _states(events, by_dates(events) if changes is None else changes):
        over = [what for what in running if what not in deciding]
        ended += [running.pop(what)._replace(until=time) for what in over]
        for what, event in deciding.items():
            version = _version(event, history)
            before = running.get(what)
            if before is not None and (before.version, commits[what]) == (version, event.commit):
                if before.tag != event.tag:
                    running[what] = before._replace(tag=event.tag)
                continue
            if before is not None:
                ended.append(before._replace(until=time))
            running[what], commits[what] = Interval(what, version, time, None, event.tag), event.commit
    return sorted([*ended, *running.values()], key=lambda one: (one.start, one.what), reverse=True)


def _version(event: Event, history: ModelHistory) -> str:
    version = history.active_version_at(event.commit) if event.name.stage is not None else event.name.version
    return str(version) if version is not None else event.commit


def _states(
    events: Sequence[Event], changes: Iterable[Change]
) -> Iterator[tuple[int, ModelHistory, Mapping[str, Event]]]:
    """After each change: its moment, the history so far, and the event that decides each answer."""
    state = _State(events)
    for change in changes:
        if change.went:
            state.remove(change.went)
        for group in by_dates(change.came):
            state.add(group.came)
        yield change.moment, state.history, state.deciding


class _HistoryInTimeOrder(ModelHistory):
    """A history to which events are added by time, but which answers like one made of `events` in their order.

    That order matters if two versions of equal precedence are on one commit.
    """

    __slots__ = ("_place", "events")

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__()
        self.events: list[Event] = []
        self._place = {event: place for place, event in enumerate(events)}

    def add(self, event: Event) -> None:
        self.events.append(event)
        super().add(event)

    def active_version_at(self, commit: str) -> Version | None:
        active = [
            event
            for event in self.registrations_at.get(commit, ())
            if event.name.version is not None and self.is_active(event.name.version, commit)
        ]
        first = max(active, key=lambda event: (_precedence(event), -self._place[event]), default=None)
        return first.name.version if first is not None else None


class _State:
    """Follows the answers of `latest` and `holder` of `ModelHistory` after each second.

    Those look at all versions, and at everything that was ever in a stage. Called
    after each event, they would take quadratic time, so they are called only if
    a simple comparison does not decide.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._all = events
        self._newest: int | None = None
        self.history = _HistoryInTimeOrder(events)
        self.deciding: dict[str, Event] = {}

    def add(self, events: Sequence[Event]) -> None:
        """Add the events of one second."""
        for event in events:
            self.history.add(event)
        in_order = self._newest is None or events[0].time > self._newest
        self._newest = events[0].time if self._newest is None else max(self._newest, events[0].time)
        if not in_order:
            self._ask_all()
            return
        self._decide(LATEST, self._latest(events))
        for stage in self.history.holdings:
            self._decide(f"#{stage}", self._holder(stage, events))

    def remove(self, events: Sequence[Event]) -> None:
        """Go on as if `events` had never happened."""
        gone = {*events}
        left = [event for event in self.history.events if event not in gone]
        self.history = _HistoryInTimeOrder(self._all)
        for event in left:
            self.history.add(event)
        self.deciding.clear()
        self._ask_all()

    def _ask_all(self) -> None:
        self._decide(LATEST, self.history.latest())
        for stage in self.history.holdings:
            self._decide(f"#{stage}", self.history.holder(stage))

    def _decide(self, what: str, event: Event | None) -> None:
        if event is None:
            self.deciding.pop(what, None)
        else:
            self.deciding[what] = event

    def _latest(self, events: Sequence[Event]) -> Event | None:
        before = self.deciding.get(LATEST)
        about_versions = [event for event in events if event.name.version is not None]
        if not about_versions:
            return before
        (event, *others) = about_versions
        above = before is None or _precedence(event) > _precedence(before)
        if not others and event.name.kind == "register" and above:
            return event
        if before is not None and all(_precedence(one) < _precedence(before) for one in about_versions):
            return before
        return self.history.latest()

    def _holder(self, stage: str, events: Sequence[Event]) -> Event | None:
        before = self.deciding.get(f"#{stage}")
        ever = self.history.holdings[stage]
        concerning = [event for event in events if event.name.stage == stage]
        # A registration, perhaps of a version that was deregistered, may revive an old assignment.
        if any(event.commit in ever for event in events if event.name.kind == "register"):
            return self.history.holder(stage)
        assigned = [event for event in concerning if event.name.kind == "assign"]
        if len(assigned) == 1 and self.history.is_in_force(stage, assigned[0].commit):
            return assigned[0]
        touched = {event.commit for event in events if event.name.version is not None or event.name.stage == stage}
        if assigned or (before is not None and before.commit in touched):
            return self.history.holder(stage)
        return before


def _precedence(event: Event) -> Precedence:
    assert event.name.version is not None
    return event.name.version.precedence
