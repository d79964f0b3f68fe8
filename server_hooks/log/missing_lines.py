"""Which numbers the lines of a push log lack."""

from __future__ import annotations

from ...policy.record import Record


class MissingLines(Record):
    """`number` lines are missing, the first and the last of them with these numbers."""

    first: int
    last: int
    number: int

    def __str__(self) -> str:
        if self.number == 1:
            return f"its line {self.first}"
        few = f"{self.number} of " if self.number <= self.last - self.first else ""
        return f"{few}its lines {self.first} to {self.last}"


class LineNumbers:
    """The numbers of the lines, as they are read; those up to `after` don't matter.

    With None for `after` the log begins with the first line that is read.
    """

    def __init__(self, after: int | None) -> None:
        self.after = after
        self.last = after or 0
        self.missing: MissingLines | None = None

    def add(self, number: int) -> None:
        """Note that there is such a line."""
        if self.after is None:
            self.after = self.last = number - 1
        self._expect(number - 1)
        self.last = max(self.last, number)

    def end(self, newest: int) -> None:
        """Note that the log goes up to the line `newest`, at least. Where none was read, it begins after that."""
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
