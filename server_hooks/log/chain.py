"""Verifies that all lines of the push log are there, unchanged and in order.

It takes no lock. It reads the head file first and the log after it, so that
pushes that are logged meanwhile only make the log longer than its head says. It
holds one line at a time in memory.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

from ...policy.record import Record
from ...policy.wording import MOST_NAMES, shell_command
from .files import LogReader
from .line import BEGINNING, HEAD, LOG, read_head, read_seal
from .parts import compressed_beside, files_beside, open_parts, place_in_log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .line import Seal
    from .parts import Part

MOST_TROUBLES = 20


class Trouble(Record):
    """What is wrong at one `line` of `file` (counted from 1), or with the file's end."""

    file: str
    line: int
    message: str


class Verification(Record):
    """`lines` counts the complete lines, `head` is the newest line's hash. `notes` report nothing wrong."""

    lines: int
    head: str | None
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]
    files: tuple[str, ...]


def read_lines(common_dir: str) -> Iterator[bytes]:
    """The complete lines of the log, rotated or not, oldest first, without newlines; none if there is no log.

    Raises OSError if the log can't be read.
    """
    with LogReader(common_dir) as log:
        yield from log.forward()


def read_lines_backward(common_dir: str) -> Iterator[bytes]:
    """The same lines, newest first, read only as far as the caller iterates."""
    with LogReader(common_dir) as log:
        yield from log.backward()


def verify(common_dir: str | None, files: Sequence[str] = (), *, wanted: str | None = None) -> Verification:
    """Check the whole chain; with `wanted`, also that it has a line with that hash.

    `files` hold lines that were moved elsewhere; without `common_dir`, only they
    are checked. Raises OSError if a file can't be read.
    """
    noted = None if common_dir is None else read_noted(common_dir)
    with ExitStack() as opened:
        parts = open_parts(common_dir, files, opened)
        check = _Check(noted, wanted, parts)
        for part in parts:
            check.begin(part)
            for line in part.lines():
                check.line(line)
        found = check.result(complete=common_dir is not None)
        if not check.lacks_lines:
            return found
        return found._replace(notes=(*found.notes, *_advice_on_missing_lines(common_dir, parts)))


def _advice_on_missing_lines(common_dir: str | None, parts: Sequence[Part]) -> Iterator[str]:
    """Advice on missing lines; other files beside the log may hold them."""
    for path, program in [] if common_dir is None else compressed_beside(common_dir)[:MOST_NAMES]:
        unpack = shell_command(program, "-dk", os.path.abspath(path))
        if unpack is not None:
            yield f"this file beside the log is compressed, and may hold them; unpack it, and verify again: {unpack}"
    beside = [] if common_dir is None else files_beside(common_dir, parts)
    command: str | None = None
    if common_dir is not None and 0 < len(beside) <= MOST_NAMES:
        paths = [os.path.abspath(path) for path in (*(one.path for one in beside), common_dir)]
        command = shell_command("tagwarden", "log", "--verify", *paths)
    way = command or "tagwarden log --verify FILE..."
    yield f"if the missing lines were put away, name the files that hold them, too: {way}"
    for one in beside[:MOST_NAMES]:
        place = place_in_log(one, parts)
        back = shell_command("mv", "-n", os.path.abspath(one.path), os.path.abspath(place)) if place else None
        if back is not None:
            yield f"to make the lines of that file a part of the log again: {back}"


class _Check:
    """The state of the check after each line; `expected` is the number that the next line must have."""

    def __init__(self, noted: Seal | None, wanted: str | None, parts: Sequence[Part]) -> None:
        self.noted = noted
        self.wanted = wanted
        self.several = len(parts) > 1
        self.lacks_lines = False
        self.found_wanted = False
        self.files: list[str] = []
        self.at = 0
        self.lines = 0
        self.expected = 1
        self.previous: str | None = BEGINNING
        self.torn = 0
        # If several files have the same lines, each file's chain and its last hash prove that they are identical.
        self.ends = {(part.last.number, part.path): part.last.hash for part in parts if part.last is not None}
        self.end_numbers = {number for number, _ in self.ends}
        self.again: int | None = None
        self.previous_again: str | None = None
        self.troubles: list[Trouble] = []
        self.more_troubles = 0
        self.notes: list[str] = []

    def begin(self, part: Part) -> None:
        if self.torn:
            self._trouble(f"the {self.torn} bytes at the end are not a whole line")
        self.torn = part.torn
        self.files.append(part.path)
        self.at = 0
        self.again = part.first if part.first is not None and part.first < self.expected else None
        self.previous_again = None

    def line(self, content: bytes) -> None:
        self.at += 1
        at = self.at
        found = read_seal(content)
        if self.again is not None and (found is None or found.number < self.expected):
            self._known_line(found, self.again)
            return
        self.again = None
        self.lines += 1
        if found is None:
            self._trouble(f"line {at} does not belong to this log: it was changed or inserted")
            self.expected += 1
            self.previous = None
            return
        if found.number < self.expected:
            self._trouble(f"line {at} is out of place: it was written as line {found.number}")
            return
        if not found.intact:
            self._trouble(f"line {at} was changed: its content does not match its hash")
        if found.number > self.expected:
            self._missing_before(found.number)
        elif self.previous is not None and found.previous != self.previous:
            before = f"line {at - 1}" if at > 1 else "the line before it"
            self._trouble(f"line {at} does not follow {before}: one of the two was replaced, with a hash to match")
        if self.noted is not None and found.number == self.noted.number and found.hash != self.noted.hash:
            self._trouble(f"line {at} is not the one that {HEAD} notes: the log was rewritten")
        if found.hash == self.wanted and found.intact:
            self.found_wanted = True
        if found.number in self.end_numbers:
            self._compare_with_ends(found)
        self.expected = found.number + 1
        self.previous = found.hash

    def _known_line(self, found: Seal | None, number: int) -> None:
        """Check a line that an earlier file has, too, against the `number` that it must have in this file."""
        follows = found is not None and found.intact and found.number == number
        if not follows or (found and self.previous_again not in (None, found.previous)):
            self._trouble(f"line {self.at} is not line {number} of the log, which another file has, too")
        self.again = number + 1
        self.previous_again = found.hash if found else None

    def _compare_with_ends(self, found: Seal) -> None:
        for (number, path), digest in self.ends.items():
            if number == found.number and digest != found.hash:
                self._trouble(f"line {self.at} is not the one that {path} ends with: one of the two was rewritten")

    def _missing_before(self, number: int) -> None:
        self.lacks_lines = True
        self._trouble(f"{_lines(self.expected, number - 1)} missing before line {self.at} of the file")

    def result(self, *, complete: bool) -> Verification:
        last = self.expected - 1
        if self.noted is not None and self.noted.number > last:
            self.lacks_lines = True
            self._trouble(f"{_lines(last + 1, self.noted.number)} missing at the end", after=True)
        elif self.torn:
            self.notes.append(
                f"the last {self.torn} bytes are a line that was never finished: a hook was killed, or is at it. "
                "Its push was not accepted; the next line takes its place."
            )
        if complete and self.noted is None and self.lines > 1:
            self._trouble(f"{HEAD} is gone, so lines may be missing at the end", after=True)
        if not complete and self.lines:
            self.notes.append(
                f"only the files that were named are verified, up to line {last}: whether that is the end of the "
                "log, its repository tells"
            )
        if self.wanted is not None and not self.found_wanted:
            self._trouble(
                f"no line has the hash {self.wanted}: since it was noted, the log was cut or rewritten", after=True
            )
        if self.more_troubles:
            self.notes.append(f"{self.more_troubles} more troubles like these")
        head = self.previous if self.lines else None
        return Verification(self.lines, head, tuple(self.troubles), tuple(self.notes), tuple(self.files))

    def _trouble(self, message: str, *, after: bool = False) -> None:
        if len(self.troubles) == MOST_TROUBLES:
            self.more_troubles += 1
            return
        file = self.files[-1] if self.files else LOG
        if self.several and not after:
            message = f"{file}: {message}"
        self.troubles.append(Trouble(file, self.at + 1 if after else self.at, message))


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"


def read_noted(common_dir: str) -> Seal | None:
    """The newest line, as noted in the head file; None if it notes none. Raises OSError if it can't be read."""
    try:
        with open(f"{common_dir}/{HEAD}", "rb") as file:
            return read_head(file.read())
    except FileNotFoundError:
        return None
