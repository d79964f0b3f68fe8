"""The lines of the push log that nobody has held against the refs yet, found without reading what they say."""

from __future__ import annotations

import os

from ...policy.record import Record
from .line import HEAD, LANDING, LOG, read_end, read_head
from .mark import Mark, fits, read_mark, write_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

# So much of the end of a log is looked through where the mark does not fit it.
TAIL_BYTES = 1 << 20

HEAD_BYTES = 128

OUTCOME = b'"outcome":"'
INCOMPLETE = b"incomplete"
_LANDING = frozenset(outcome.encode() for outcome in LANDING)


class Line(Record):
    """A whole line of the log: where it begins and ends, its seal, its outcome and its content."""

    start: int
    end: int
    number: int
    hash: str
    previous: str
    outcome: bytes
    content: bytes

    @property
    def lands(self) -> bool:
        """Whether Git was told to go on with the push."""
        return self.outcome in _LANDING


def settle_in_place(common_dir: str, hash: str) -> bool:  # noqa: A002 -- as the log calls it
    """Put the mark forward where the line `hash` is all that is to settle, and its refs are known to be in place.

    False where there is more to do. OSError where the log can't be read, or
    the mark not be written.
    """
    lines = unsettled_lines(common_dir)
    if not lines or any(line.lands and line.hash != hash for line in lines):
        return False
    write_mark(common_dir, Mark(lines[-1].end, lines[-1].number, lines[-1].hash))
    return True


def settle_refused(common_dir: str) -> bool:
    """Put the mark forward where nothing was to land of all that is to settle; False where there is more to do."""
    try:
        return settle_in_place(common_dir, "")
    except OSError:
        return False  # whoever settles says what is wrong


def unsettled_lines(common_dir: str) -> list[Line]:
    """The lines behind the mark. Where it does not fit the log, those of its end that are newer.

    Without a mark, as version 0.1 left it, only the newest push that was to land is looked at.
    """
    mark = read_mark(common_dir)
    lines: list[Line] = []
    try:
        log = os.open(f"{common_dir}/{LOG}", os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        pass  # it was rotated, or never begun
    else:
        with open(log, "rb") as file:
            if mark is not None and fits(mark, log):
                return list(lines_from(file, mark.offset))
            lines = list(lines_from(file, _tail(log)))
    if mark is not None and not _numbering_restarted(common_dir, mark):
        return [line for line in (*_rotated_after(common_dir, mark), *lines) if line.number > mark.number]
    newest = max((at for at, line in enumerate(lines) if line.lands), default=len(lines) - 1)
    return lines[max(0, newest) :]


def _rotated_after(common_dir: str, mark: Mark) -> list[Line]:
    """The lines of rotated files from the mark on, as far as it can be found: normally there are none."""
    from .files import rotated_files

    lines: list[Line] = []
    for one in reversed(rotated_files(common_dir)):
        log = os.open(one.path, os.O_RDONLY | os.O_NOFOLLOW)
        with open(log, "rb") as file:
            lines[:0] = lines_from(file, mark.offset if fits(mark, log) else _tail(log))
        if one.first <= mark.number + 1:
            break
    return lines


def _numbering_restarted(common_dir: str, mark: Mark) -> bool:
    """Whether the line numbers restarted, because somebody removed the log and its head but not the mark."""
    try:
        with open(f"{common_dir}/{HEAD}", "rb") as file:
            noted = read_head(file.read(HEAD_BYTES))
    except FileNotFoundError:
        return True
    return noted is not None and noted.number < mark.number


def lines_from(file: BinaryIO, start: int) -> Iterator[Line]:
    """The whole lines from the byte `start` on that have a seal, as long as the file is now."""
    size = os.fstat(file.fileno()).st_size
    file.seek(start)
    for content in file:
        end = start + len(content)
        if end > size or content[-1:] != b"\n":
            return
        seal = read_end(content[:-1])
        if seal is not None:
            outcome = content[content.find(OUTCOME, 0, 64) + len(OUTCOME) :][:32].partition(b'"')[0]
            yield Line(start, end, seal.number, seal.hash, seal.previous, outcome, content)
        start = end


def _tail(log: int) -> int:
    """Where a line begins that leaves about so much of the log to read."""
    size = os.fstat(log).st_size
    reach = TAIL_BYTES
    while reach < size:
        start = size - reach
        at = os.pread(log, reach, start).find(b"\n")
        if 0 <= at < reach - 1:
            return start + at + 1
        reach *= 2
    return 0
