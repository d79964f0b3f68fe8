"""Computes which versions may be in which stages, if some events are certain and others only possible."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from ..record import Record
from ..wording import short_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..grammar.tag_name import Kind
    from ..grammar.versions import Version
    from ..registry.event import Event


class Act(Record):
    """An action that a policy may reserve for some people.

    `holder` is the version (or commit) that enters or leaves `stage` as a side
    effect; None for what the tag's own name says.
    """

    kind: Kind
    stage: str | None
    holder: str | None = None

    @property
    def effect(self) -> str:
        """What the line does to the stage, to follow the name of its tag."""
        if self.kind == "assign":
            return f"puts {self.holder} into the stage {self.stage!r}"
        return f"takes {self.holder} out of the stage {self.stage!r}"


class PossibleStages:
    """Which versions may be in which stages, from events that happened and events that may have happened.

    A possible event can only add to the effects of a line; it never removes one.
    """

    def __init__(self, *, in_turn: bool = False) -> None:
        """`in_turn`: events are added in the order in which they happened, even within a second."""
        self.versioned: set[str] = set()
        self._assigned: dict[str, dict[str, int]] = {}
        self._unassigned: dict[tuple[str, str], int] = {}
        self._registered: dict[str, dict[Version, int]] = {}
        self._deregistered: dict[tuple[str, Version], int] = {}
        # In order: the times of deprecations, and of the other events that happened.
        self._deprecations: list[int] = []
        self._others: list[int] = []
        self._last_before = bisect_right if in_turn else bisect_left
        self._groups: dict[tuple[Kind, str, str | None], Sequence[Act]] = {}

    def add(self, event: Event) -> None:
        """Add an event that happened."""
        self.add_possible(event)
        kind, version, stage, commit = event.name.kind, event.name.version, event.name.stage, event.commit
        if kind != "deprecate":
            insort(self._others, event.time)
        if version is not None:
            self.versioned.add(commit)
        if kind == "deregister" and version is not None:
            key = commit, version
            self._deregistered[key] = max(self._deregistered.get(key, -1), event.time)
        elif kind == "unassign" and stage is not None:
            place = stage, commit
            self._unassigned[place] = max(self._unassigned.get(place, -1), event.time)

    def add_possible(self, event: Event) -> None:
        """Add an event that may or may not happen."""
        self._groups.clear()
        kind, version, stage = event.name.kind, event.name.version, event.name.stage
        if kind == "deprecate":
            insort(self._deprecations, event.time)
        elif kind == "assign" and stage is not None:
            times = self._assigned.setdefault(event.commit, {})
            times[stage] = max(times.get(stage, -1), event.time)
        elif kind == "register" and version is not None:
            versions = self._registered.setdefault(event.commit, {})
            versions[version] = max(versions.get(version, -1), event.time)

    def made_by(self, event: Event) -> Iterator[Sequence[Act]]:
        """The side effects of an event on stages; those of a registration also include `assigned_at`."""
        if event.name.kind == "deprecate":
            yield self._everywhere("unassign")
            return
        if event.name.kind == "deregister":
            yield self._group("unassign", "held", event.commit)
        if self._may_end_a_deprecation(event):
            yield self._everywhere("assign")

    def undone_by(self, event: Event) -> Iterator[Sequence[Act]]:
        """The side effects of losing an event's tag, besides the reversal of the event itself."""
        if event.name.kind == "deprecate":
            yield self._everywhere("assign")
            return
        if event.name.kind == "register":
            yield self._group("unassign", "held", event.commit)
        if event.name.version is not None:
            # GTO shows a commit without a version in every stage that was ever assigned on it.
            yield self._group("assign", "bared", event.commit)
        if self._may_end_a_deprecation(event):
            yield self._everywhere("unassign")

    def is_deregistered(self, commit: str) -> bool:
        """Whether `commit` once had an active version and now has none."""
        return commit in self.versioned and not self._may_be_active(commit)

    def assigned_at(self, commit: str) -> Sequence[Act]:
        """The stages that a version enters if it is registered (again) on `commit`, as assignments."""
        return self._group("assign", "registered", commit)

    def _everywhere(self, kind: Kind) -> Sequence[Act]:
        return self._group(kind, "held", None)

    def _group(self, kind: Kind, how: str, commit: str | None) -> Sequence[Act]:
        """The stages of one commit (None: of all), as acts of one kind. Cached, and shared between lines."""
        key = kind, how, commit
        if key not in self._groups:
            commits = self._assigned if commit is None else (commit,)
            acts: list[Act] = []
            for one in commits:
                if stages := list(self._stages_at(one, how)):
                    holder = self._holder(one)
                    acts += [Act(kind, stage, holder) for stage in stages]
            self._groups[key] = tuple(acts)
        return self._groups[key]

    def _stages_at(self, commit: str, how: str) -> Iterator[str]:
        if how == "held" and not self._may_be_active(commit):
            return
        # GTO ignores unassignments of a commit without a version.
        bare = how == "bared" or (how == "held" and commit not in self.versioned)
        for stage, time in self._assigned.get(commit, {}).items():
            if bare or time > self._unassigned.get((stage, commit), -1):
                yield stage

    def _may_be_active(self, commit: str) -> bool:
        versions = self._registered.get(commit)
        if versions is None:
            return commit not in self.versioned
        return any(time > self._deregistered.get((commit, version), -1) for version, time in versions.items())

    def _may_end_a_deprecation(self, event: Event) -> bool:
        """Whether the model may be deprecated right before the event, so that the event ends the deprecation.

        Events with later dates don't count, even if they happened earlier: an audit
        goes by dates, and takes this event for the one that ended the deprecation.
        """
        before = self._last_before(self._others, event.time)
        since = self._others[before - 1] if before else -1
        # The deprecations of (since, event.time].
        return bisect_right(self._deprecations, since) < bisect_right(self._deprecations, event.time)

    def _holder(self, commit: str) -> str:
        versions = self._registered.get(commit)
        return (
            str(max(versions, key=lambda version: versions[version])) if versions else f"the commit {short_id(commit)}"
        )
