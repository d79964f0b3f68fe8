"""Determines which line numbers a push log lacks."""

from __future__ import annotations

from ...policy.record import Record


class MissingLines(Record):
    """`number` lines are missing; `first` and `last` are the numbers of the first and the last of them."""

    first: int
    last: int
    number: int

    def __str__(self) -> str:
        if self.number == 1:
            return f"its line {self.first}"
        few = f"{self.number} of " if self.number <= self.last - self.first else ""
        return f"{few}its lines {self.first} to {self.last}"


class LineNumbers:
    """Collects the numbers of the lines as they are read; lines up to `after` don't matter.

    If `after` is None, the log begins with the first line that is read.
    """

    def __init__(self, after: int | None) -> None:
        self.after = after
        self.last = after or 0
        self.missing: MissingLines | None = None

    def add(self, number: int) -> None:
        """Add the number of a line that was read."""
        if self.after is None:
            self.after = self.last = number - 1
        self._expect(number - 1)
        self.last = max(self.last, number)

    def end(self, newest: int) -> None:
        """Record that the log has lines up to `newest` at least. If none was read, it begins after that one."""
        if self.after is None:
            self.after = newest
        else:
            self._expect(newest)
        self.last = max(self.last, newest)

    def _expect(self, upto: int) -> None:
        lacking = upto - self.last
        if lacking > 0:
            known = self.missing or MissingLines(self.last + 1, upto, 0)
            self.missing = MissingLines(known.first, upto, known.number + lacking)
