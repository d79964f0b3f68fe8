"""What the latest version and each stage were, second by second, by the dates in the tags."""

from __future__ import annotations

from itertools import groupby

from ..policy.registry.history import ModelHistory
from .records import Interval

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..policy.grammar.versions import Precedence, Version
    from ..policy.registry.event import Event

LATEST = "latest"


def intervals_of(events: Sequence[Event]) -> list[Interval]:
    """When which version was the latest, and when which stage (`#prod`) held what; the newest first.

    An interval begins with the second of the event that changed it. A version
    that is assigned a stage once more goes on holding it.
    """
    running: dict[str, Interval] = {}
    commits: dict[str, str] = {}
    ended: list[Interval] = []
    for time, history, deciding in _states(events):
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


def _states(events: Sequence[Event]) -> Iterator[tuple[int, ModelHistory, Mapping[str, Event]]]:
    """After each second in which something happened: the history until then, and the event that decides each thing."""
    state = _State(_HistoryInTimeOrder(events))
    for time, group in groupby(sorted(events, key=lambda event: event.time), key=lambda event: event.time):
        state.add(list(group))
        yield time, state.history, state.deciding


class _HistoryInTimeOrder(ModelHistory):
    """A history to which events are added second by second, and that answers as one made of `events` in their order.

    That order decides where two versions of one precedence are on one commit.
    """

    __slots__ = ("_place",)

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__()
        self._place = {event.tag: place for place, event in enumerate(events)}

    def active_version_at(self, commit: str) -> Version | None:
        active = [
            event
            for event in self.registrations_at.get(commit, ())
            if event.name.version is not None and self.is_active(event.name.version, commit)
        ]
        first = max(active, key=lambda event: (_precedence(event), -self._place[event.tag]), default=None)
        return first.name.version if first is not None else None


class _State:
    """`ModelHistory` with the answers of its `latest` and `holder` after each second.

    Those look at all versions, and at all that was ever in a stage. Asked after
    each event, that would take time in the square of a model's events, so they
    are asked only where a plain comparison does not do.
    """

    def __init__(self, history: ModelHistory) -> None:
        self.history = history
        self.deciding: dict[str, Event] = {}

    def add(self, events: list[Event]) -> None:
        """Add all events of one second, which is later than those before."""
        for event in events:
            self.history.add(event)
        self._decide(LATEST, self._latest(events))
        for stage in self.history.holdings:
            self._decide(f"#{stage}", self._holder(stage, events))

    def _decide(self, what: str, event: Event | None) -> None:
        if event is None:
            self.deciding.pop(what, None)
        else:
            self.deciding[what] = event

    def _latest(self, events: list[Event]) -> Event | None:
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

    def _holder(self, stage: str, events: list[Event]) -> Event | None:
        before = self.deciding.get(f"#{stage}")
        ever = self.history.holdings[stage]
        concerning = [event for event in events if event.name.stage == stage]
        # A version that is registered, perhaps again, may bring an old assignment back.
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
