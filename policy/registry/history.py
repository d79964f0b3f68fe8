"""A model's history: what its tags say about versions, stages and deprecation.

The history orders events as GTO does (1.10, `registry.py`, `base.py`). An event
belongs to the commit that its tag points at. Of two opposite events the one with
the later tagger time counts, in whole seconds. In a tie, a deregistration wins
over a registration, an unassignment over an assignment, and any other event over
a deprecation. No rule of the policy is applied here.
"""

from __future__ import annotations

from ..record import Record
from .history_index import NewestFirst, PastStages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator

    from ..grammar.versions import Version
    from .event import Event

    VersionAt = tuple[Version, str]


class StageAssignment(Record):
    """The last assignment and the last unassignment of one stage on one commit; None: there was none."""

    assigned: Event | None = None
    unassigned: Event | None = None

    @property
    def stands(self) -> bool:
        """Whether the assignment has not been taken back."""
        return self.assigned is not None and (self.unassigned is None or self.assigned.time > self.unassigned.time)


def _later(one: Event | None, other: Event) -> Event:
    return other if one is None or other.time >= one.time else one


def greatest_of(registrations: Iterable[Event]) -> Event | None:
    """The registration of the greatest version, by precedence; None if there are no registrations."""
    return max(registrations, key=by_version, default=None)


def by_version(registration: Event) -> tuple[object, int, str]:
    """The sort key of registrations: precedence, then time, because GTO ignores build metadata."""
    version = registration.name.version
    return version.precedence if version else (), registration.time, registration.tag


class ModelHistory:
    """The state of a model after its events, which may be added in any order."""

    __slots__ = (
        "_candidates_at",
        "_deregistered",
        "_deregistrations_at",
        "_first_assigned_at",
        "_first_dated_at",
        "_first_registrations",
        "_moment",
        "_newest",
        "_newest_at",
        "_registered",
        "_versions_at",
        "deprecated",
        "holdings",
        "last_sign_of_life",
        "latest_commit",
        "registrations",
        "registrations_at",
    )

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.registrations: list[Event] = []
        self.registrations_at: dict[str, list[Event]] = {}
        self._versions_at: dict[str, set[Version]] = {}
        # For each commit that was asked about, the versions that may be active, the greatest last, and how many of its
        # registrations they are from. The second item of a version, the negated position of its registration,
        # breaks ties. Inactive versions are dropped: only a new registration can make them active again.
        self._candidates_at: dict[str, tuple[list[tuple[Version, int]], int]] = {}
        self._first_registrations: dict[Version, Event] = {}
        self._registered: dict[VersionAt, Event] = {}
        self._deregistered: dict[VersionAt, Event] = {}
        self._deregistrations_at: dict[str, list[Event]] = {}
        self.holdings: dict[str, dict[str, StageAssignment]] = {}
        self._newest: dict[str, NewestFirst] = {}
        # For each commit with assignments or unassignments: by stage, the `_moment` of the first added assignment.
        self._first_assigned_at: dict[str, dict[str, int]] = {}
        # By commit and stage: the earliest date of an assignment, and the `_moment` at which that one was added.
        self._first_dated_at: dict[str, dict[str, tuple[int, int]]] = {}
        # Counts the assignments added so far.
        self._moment = 0
        self._newest_at: dict[str, Event] = {}
        self.deprecated: Event | None = None
        # The latest committer time of `commits()`: GTO counts commits as events, too. Set by readers that need it.
        self.latest_commit = -1
        self.last_sign_of_life: Event | None = None
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Add an event of any kind."""
        if event.name.kind == "register":
            self.register(event)
        self.apply(event)

    def register(self, event: Event) -> None:
        """Add a registration to the versions. Until `apply`, it does not end a deprecation."""
        version = event.name.version
        assert version is not None
        self.registrations.append(event)
        self._first_registrations.setdefault(version, event)
        self.registrations_at.setdefault(event.commit, []).append(event)
        self._versions_at.setdefault(event.commit, set()).add(version)
        key = version, event.commit
        self._registered[key] = _later(self._registered.get(key), event)

    def apply(self, event: Event) -> None:
        """Add an event of any kind other than "register", or the effect of a registration on a deprecation."""
        name = event.name
        if name.kind == "deprecate":
            self.deprecated = _later(self.deprecated, event)
            return
        self.last_sign_of_life = _later(self.last_sign_of_life, event)
        if name.kind == "deregister":
            assert name.version is not None
            key = name.version, event.commit
            self._deregistered[key] = _later(self._deregistered.get(key), event)
            self._deregistrations_at.setdefault(event.commit, []).append(event)
            self._versions_at.setdefault(event.commit, set()).add(name.version)
        elif name.stage is not None:
            self._assign(event, name.stage)

    def _assign(self, event: Event, stage: str) -> None:
        self._newest_at[event.commit] = _later(self._newest_at.get(event.commit), event)
        first_assigned = self._first_assigned_at.setdefault(event.commit, {})
        by_commit = self.holdings.setdefault(stage, {})
        holding = by_commit.get(event.commit) or StageAssignment()
        if event.name.kind == "assign":
            by_commit[event.commit] = StageAssignment(_later(holding.assigned, event), holding.unassigned)
            if stage not in self._newest:
                self._newest[stage] = NewestFirst()
            self._newest[stage].add(event)
            first_assigned.setdefault(stage, self._moment)
            first_dated = self._first_dated_at.setdefault(event.commit, {})
            if stage not in first_dated or event.time < first_dated[stage][0]:
                first_dated[stage] = event.time, self._moment
            self._moment += 1
        else:
            by_commit[event.commit] = StageAssignment(holding.assigned, _later(holding.unassigned, event))

    # Versions

    def registration(self, version: Version, commit: str) -> Event | None:
        """The last registration of `version` on `commit`."""
        return self._registered.get((version, commit))

    def first_registration(self, version: Version) -> Event | None:
        """The registration of `version` that was added first, on any commit."""
        return self._first_registrations.get(version)

    def deregistration(self, version: Version, commit: str) -> Event | None:
        """The last deregistration of `version` on `commit`."""
        return self._deregistered.get((version, commit))

    def is_active(self, version: Version, commit: str) -> bool:
        """Whether `version` was registered on `commit` and has not been deregistered since."""
        registered = self._registered.get((version, commit))
        if registered is None:
            return False
        deregistered = self._deregistered.get((version, commit))
        return deregistered is None or registered.time > deregistered.time

    def active_registrations(self, *, but: Container[str] = ()) -> Iterator[Event]:
        """The last registration of each active version on each commit, in no order, without the tags in `but`."""
        for (version, commit), event in self._registered.items():
            if event.tag not in but and self.is_active(version, commit):
                yield event

    def active_version_at(self, commit: str) -> Version | None:
        """The active version on `commit`; the greatest, if there are several."""
        candidates = self._candidates_for(commit)
        while candidates and not self.is_active(candidates[-1][0], commit):
            candidates.pop()
        return candidates[-1][0] if candidates else None

    def _candidates_for(self, commit: str) -> list[tuple[Version, int]]:
        registered = self.registrations_at.get(commit, ())
        candidates, known = self._candidates_at.get(commit) or ([], 0)
        if known < len(registered):
            for place, event in enumerate(registered[known:], known):
                assert event.name.version is not None
                candidates.append((event.name.version, -place))
            candidates.sort(key=lambda candidate: (candidate[0].precedence, candidate[1]))
            self._candidates_at[commit] = candidates, len(registered)
        return candidates

    def latest(self) -> Event | None:
        """The registration of the greatest active version, pre-releases included (as in GTO)."""
        return greatest_of(self.active_registrations())

    def versions_at(self, commit: str) -> int:
        """The number of versions that GTO sees on `commit`; with two, GTO fails on any assignment there."""
        return len(self._versions_at.get(commit, ()))

    def versions_with(self, registration: Event) -> int:
        """The number of versions that GTO sees on the commit of `registration`, including its own."""
        there = self._versions_at.get(registration.commit, set())
        return len(there) + (registration.name.version not in there)

    # Stages

    def holding(self, stage: str, commit: str) -> StageAssignment:
        """The last assignment and unassignment of `stage` on `commit`."""
        by_commit = self.holdings.get(stage)
        return (by_commit.get(commit) if by_commit else None) or StageAssignment()

    def is_in_force(self, stage: str, commit: str) -> bool:
        """Whether the version on `commit` is in `stage`: assigned, not unassigned since, and active.

        A commit on which no version was ever registered counts as well: GTO
        shows the commit itself in the stage, and ignores unassignments of it.
        """
        holding = self.holding(stage, commit)
        if not self._versions_at.get(commit):
            return holding.assigned is not None
        return holding.stands and self.active_version_at(commit) is not None

    def holders(self, stage: str) -> list[Event]:
        """The assignments of `stage` in force, the newest first: the first is GTO's current one.

        Within one second, the version whose last registration is earlier comes first; then the one with the older tag.
        """
        return sorted(self._in_force(stage), key=self._rank_among_holders)

    def holder(self, stage: str) -> Event | None:
        """The current assignment of `stage`: the first of `holders`, None if there are none."""
        return min(self._in_force(stage), key=self._rank_among_holders, default=None)

    def _in_force(self, stage: str) -> Iterator[Event]:
        for commit, holding in self.holdings.get(stage, {}).items():
            if holding.assigned and self.is_in_force(stage, commit):
                yield holding.assigned

    def _rank_among_holders(self, event: Event) -> tuple[int, int, int, str]:
        version = self.active_version_at(event.commit)
        there = self.registrations_at.get(event.commit, []) + self._deregistrations_at.get(event.commit, [])
        tags = [(one.time, one.tag) for one in there if one.name.version == version]
        registered = self._registered[version, event.commit] if version else event
        return -event.time, registered.time, *min(tags, default=(event.time, event.tag))

    def newest_assignment(self, stage: str) -> Event | None:
        """The newest assignment of `stage` in force; in a tie, any of the newest.

        Drops assignments that are no longer in force from its index, so that many
        calls stay cheap: only a new assignment can bring such a version back.
        """
        newest = self._newest.get(stage)
        while newest is not None and (event := newest.top()) is not None:
            holding = self.holding(stage, event.commit)
            if holding.assigned == event and self.is_in_force(stage, event.commit):
                return event
            newest.drop_top()
        return None

    def past_stages(self, commit: str, also: Collection[str] = ()) -> PastStages:
        """Every stage that was assigned on `commit` so far, and those in `also`."""
        first_assigned, first_dated = self._first_assigned_at.get(commit, {}), self._first_dated_at.get(commit, {})
        return PastStages(first_assigned, first_dated, self._moment, also)

    def has_assignment_tags(self, commit: str) -> bool:
        """Whether any assignment or unassignment was ever made on `commit`."""
        return commit in self._first_assigned_at

    def newest_at(self, commit: str) -> Event | None:
        """The newest assignment or unassignment on `commit`, of any stage."""
        return self._newest_at.get(commit)

    # The model

    def commits(self) -> set[str]:
        """Every commit with a version, an assignment or an unassignment."""
        return {*self._versions_at, *self._first_assigned_at}

    @property
    def has_events(self) -> bool:
        """Whether any event was added."""
        return self.last_sign_of_life is not None or self.deprecated is not None

    @property
    def is_deprecated(self) -> bool:
        """Whether the last deprecation is later than every other event, and than `latest_commit`."""
        alive = self.last_sign_of_life
        return (
            self.deprecated is not None
            and (alive is None or self.deprecated.time > alive.time)
            and self.deprecated.time > self.latest_commit
        )
