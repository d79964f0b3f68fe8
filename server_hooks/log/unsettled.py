"""Finds the lines of the push log that have not been compared with the refs yet, without parsing them."""

from __future__ import annotations

import os

from ...policy.record import Record
from .line import HEAD, LANDING, LOG, read_end, read_head
from .mark import Mark, fits, read_mark, write_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

# How much of the log's end is searched if the mark does not fit it, in bytes.
TAIL_BYTES = 1 << 20

HEAD_BYTES = 128

OUTCOME = b'"outcome":"'
INCOMPLETE = b"incomplete"
_LANDING = frozenset(outcome.encode() for outcome in LANDING)


class Line(Record):
    """A complete line of the log: where it begins and ends, its seal, its outcome and its content."""

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
    """Advance the mark if only the line with this hash is left to settle, given that its refs are in place.

    Returns False if there is more to do. Raises OSError if the log can't be read
    or the mark can't be written.
    """
    lines = unsettled_lines(common_dir)
    if not lines or any(line.lands and line.hash != hash for line in lines):
        return False
    write_mark(common_dir, Mark(lines[-1].end, lines[-1].number, lines[-1].hash))
    return True


def settle_refused(common_dir: str) -> bool:
    """Advance the mark if no unsettled line expects refs to land; returns False if there is more to do."""
    try:
        return settle_in_place(common_dir, "")
    except OSError:
        return False  # `settle` reports what is wrong


def unsettled_lines(common_dir: str) -> list[Line]:
    """The lines after the mark; if the mark does not fit the log, newer lines near the log's end.

    Without a mark, as in a log of version 0.1, only the newest push that was to land counts.
    """
    mark = read_mark(common_dir)
    lines: list[Line] = []
    try:
        log = os.open(f"{common_dir}/{LOG}", os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        pass  # it was rotated, or has not begun
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
    """The lines of rotated files after the mark, as far as it can be found; normally there are none."""
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
    """The complete lines with a seal from the byte `start` on, up to the file's current size."""
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
    """The beginning of a line such that about TAIL_BYTES of the log follow."""
    size = os.fstat(log).st_size
    reach = TAIL_BYTES
    while reach < size:
        start = size - reach
        at = os.pread(log, reach, start).find(b"\n")
        if 0 <= at < reach - 1:
            return start + at + 1
        reach *= 2
    return 0
