"""Reads the push log, and verifies that its lines are all there, unchanged and in order.

Nothing is locked: the head file is read first and the log after it, so pushes
that are logged meanwhile only make the log longer than its head.
"""

from __future__ import annotations

import os

from ...policy.record import Record
from .line import BEGINNING, HEAD, LOG, read_head, read_seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .line import Seal

MOST_TROUBLES = 20


class Trouble(Record):
    """What is wrong at one line of the file (counted from 1), or with its end."""

    line: int
    message: str


class Verification(Record):
    """`lines` counts the whole lines, `head` is the newest line's hash. `notes` are no troubles."""

    lines: int
    head: str | None
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]


def read_lines(common_dir: str) -> Iterator[bytes]:
    """The whole lines of the log, oldest first, without their newlines; none where there is no log.

    Raises OSError where the log can't be read.
    """
    if not os.path.exists(f"{common_dir}/{LOG}"):
        return
    with open(f"{common_dir}/{LOG}", "rb") as log:
        size = os.fstat(log.fileno()).st_size
        for line in log:
            size -= len(line)
            if size < 0 or line[-1:] != b"\n":
                return
            yield line[:-1]


def verify(common_dir: str, *, wanted: str | None = None) -> Verification:
    """Check the whole chain; with `wanted`, also that a line with that hash is in it.

    Raises OSError where the log can't be read.
    """
    noted = _read_noted(common_dir)
    check = _Check(noted, wanted)
    for number, line in enumerate(read_lines(common_dir), 1):
        check.line(number, line)
    return check.result(_torn_bytes(common_dir))


class _Check:
    """What is known after each line; `expected` is the number that the next one must have."""

    def __init__(self, noted: Seal | None, wanted: str | None) -> None:
        self.noted = noted
        self.wanted = wanted
        self.found_wanted = False
        self.lines = 0
        self.expected = 1
        self.previous: str | None = BEGINNING
        self.troubles: list[Trouble] = []
        self.notes: list[str] = []

    def line(self, at: int, content: bytes) -> None:
        self.lines = at
        found = read_seal(content)
        if found is None:
            self._trouble(at, f"line {at} does not belong to this log: it was changed or inserted")
            self.expected += 1
            self.previous = None
            return
        if found.number < self.expected:
            self._trouble(at, f"line {at} is out of place: it was written as line {found.number}")
            return
        if not found.intact:
            self._trouble(at, f"line {at} was changed: its content does not have the hash that it bears")
        if found.number > self.expected:
            self._trouble(at, f"{_lines(self.expected, found.number - 1)} missing before line {at}")
        elif self.previous is not None and found.previous != self.previous:
            self._trouble(
                at, f"line {at} does not follow line {at - 1}: one of the two was replaced, with a hash to match"
            )
        if self.noted is not None and found.number == self.noted.number and found.hash != self.noted.hash:
            self._trouble(at, f"line {at} is not the one that {HEAD} notes: the log was rewritten")
        if found.hash == self.wanted and found.intact:
            self.found_wanted = True
        self.expected = found.number + 1
        self.previous = found.hash

    def result(self, torn: int) -> Verification:
        last = self.expected - 1
        if self.noted is not None and self.noted.number > last:
            self._trouble(self.lines + 1, f"{_lines(last + 1, self.noted.number)} missing at the end")
        elif torn:
            self.notes.append(
                f"the last {torn} bytes are a line that was never finished: a hook was killed, or is at it. "
                "Its push was not accepted; the next line takes its place."
            )
        if self.noted is None and self.lines > 1:
            self._trouble(self.lines + 1, f"{HEAD} is gone, so lines may be missing at the end")
        if self.wanted is not None and not self.found_wanted:
            self._trouble(
                self.lines + 1,
                f"no line has the hash {self.wanted}: since it was noted, the log was cut or rewritten",
            )
        if len(self.troubles) > MOST_TROUBLES:
            self.notes.append(f"{len(self.troubles) - MOST_TROUBLES} more troubles like these")
        head = self.previous if self.lines else None
        return Verification(self.lines, head, tuple(self.troubles[:MOST_TROUBLES]), tuple(self.notes))

    def _trouble(self, at: int, message: str) -> None:
        self.troubles.append(Trouble(at, message))


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"


def _read_noted(common_dir: str) -> Seal | None:
    try:
        with open(f"{common_dir}/{HEAD}", "rb") as file:
            return read_head(file.read())
    except FileNotFoundError:
        return None


def _torn_bytes(common_dir: str) -> int:
    """How many bytes follow the last whole line."""
    try:
        with open(f"{common_dir}/{LOG}", "rb") as log:
            end = log.seek(0, os.SEEK_END)
            at = end
            while at > 0:
                start = max(0, at - (1 << 16))
                log.seek(start)
                newline = log.read(at - start).rfind(b"\n")
                if newline >= 0:
                    return end - (start + newline + 1)
                at = start
            return end
    except FileNotFoundError:
        return 0
