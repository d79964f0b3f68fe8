"""What a history keeps so that no question of a long push costs more than a look.

A push may hold thousands of events on one commit or of one stage: whatever is
copied, sorted or searched for each of them costs the square of the push.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .event import Event


class StagesEver:
    """The stages that one commit was assigned until a certain moment, and others.

    It is asked, and not copied, turn by turn.
    """

    __slots__ = ("_also", "_first_assigned", "_until")

    def __init__(self, first_assigned: Mapping[str, int], until: int, also: Collection[str] = ()) -> None:
        self._first_assigned = first_assigned
        self._until = until
        self._also = also

    def __contains__(self, stage: object) -> bool:
        if not isinstance(stage, str):
            return False
        return self._first_assigned.get(stage, self._until) < self._until or stage in self._also

    def __iter__(self) -> Iterator[str]:
        return iter({*(stage for stage, moment in self._first_assigned.items() if moment < self._until), *self._also})


class NewestFirst:
    """The assignments of one stage, the newest on top; of those of one second the one that was added last.

    What is added in the order of time, as by a push, is kept apart from what
    came before in any order, so that nothing is sorted twice.
    """

    __slots__ = ("_before", "_in_order", "_is_in_order")

    def __init__(self) -> None:
        self._before: list[Event] = []
        self._in_order: list[Event] = []
        self._is_in_order = True

    def add(self, event: Event) -> None:
        """Take an assignment in."""
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
        """The newest assignment, None where there is none left."""
        found = self._topmost()
        return found[-1] if found else None

    def drop_top(self) -> None:
        """Forget the newest assignment."""
        self._topmost().pop()
