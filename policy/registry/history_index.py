"""Indexes that keep a history fast for large pushes.

A push may have thousands of events on one commit or in one stage. Copying,
sorting or searching for each of them would take quadratic time.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .event import Event


class PastStages:
    """The stages that were assigned on one commit before a certain moment, and some others.

    It refers to the history's own index instead of copying it for each event.
    """

    __slots__ = ("_also", "_first_assigned", "_first_dated", "_until")

    def __init__(
        self,
        first_assigned: Mapping[str, int],
        first_dated: Mapping[str, tuple[int, int]],
        until: int,
        also: Collection[str] = (),
    ) -> None:
        """Both mappings are the history's and may grow; what was added at `until` or later is left out.

        `first_assigned` maps each stage to the moment of its first assignment,
        `first_dated` to the earliest date of an assignment and the moment at which
        that assignment was added. Moments count the assignments added to the history.
        """
        self._first_assigned = first_assigned
        self._first_dated = first_dated
        self._until = until
        self._also = also

    def __contains__(self, stage: object) -> bool:
        if not isinstance(stage, str):
            return False
        return self._first_assigned.get(stage, self._until) < self._until or stage in self._also

    def includes_by(self, stage: str, time: int) -> bool:
        """Whether an assignment of `stage` is dated at `time` or earlier.

        Correct only if events are added in the order of their dates, as in a replay.
        """
        dated, moment = self._first_dated.get(stage, (0, self._until))
        return (moment < self._until and dated <= time) or stage in self._also

    def __iter__(self) -> Iterator[str]:
        return iter({*(stage for stage, moment in self._first_assigned.items() if moment < self._until), *self._also})


NO_STAGES = PastStages({}, {}, 0)


class NewestFirst:
    """A stack of the assignments of one stage, the newest on top; in a tie, the one added last.

    Assignments that are added in the order of time, as those of a push are, are
    kept apart from those that were added before in any order, so that nothing is
    sorted twice.
    """

    __slots__ = ("_before", "_in_order", "_is_in_order")

    def __init__(self) -> None:
        self._before: list[Event] = []
        self._in_order: list[Event] = []
        self._is_in_order = True

    def add(self, event: Event) -> None:
        """Add an assignment."""
        if self._in_order and event.time < self._in_order[-1].time:
            self._is_in_order = False
        self._in_order.append(event)

    def _topmost(self) -> list[Event]:
        if not self._is_in_order:
            self._before = sorted([*self._before, *self._in_order], key=lambda event: event.time)
            self._in_order = []
            self._is_in_order = True
        before, after = self._before, self._in_order
        return before if before and (not after or before[-1].time > after[-1].time) else after

    def top(self) -> Event | None:
        """The newest assignment, None if there is none left."""
        found = self._topmost()
        return found[-1] if found else None

    def drop_top(self) -> None:
        """Remove the newest assignment."""
        self._topmost().pop()
