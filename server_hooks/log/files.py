"""The files of a push log: the one that grows, and those that were rotated away beside it.

A rotated file bears the number of its first line in its name, so that the names
sort as the lines do. Rotation only renames: whoever reads holds on to the
growing file first and lists the others then, so that no line is read twice and
none is missed while somebody rotates.
"""

from __future__ import annotations

import os

from ...policy.record import Record
from ...repository.git.own_file import STATE_FOLDER
from .line import HEAD, LOG, STEP, end_of_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import BinaryIO

PREFIX = "push-log."
SUFFIX = ".jsonl"
DIGITS = 12


class RotatedFile(Record):
    """A file of lines that gets no more of them; `first` is the number of its first line."""

    first: int
    path: str


def rotated_name(first: int) -> str:
    return f"{PREFIX}{first:0{DIGITS}}{SUFFIX}"


def rotated_files(common_dir: str) -> list[RotatedFile]:
    """The rotated files that lie beside the log, in the order of their lines."""
    folder = f"{common_dir}/{STATE_FOLDER}"
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    found = []
    for name in names:
        number = name[len(PREFIX) : -len(SUFFIX)]
        if name == f"{PREFIX}{number}{SUFFIX}" and number.isascii() and number.isdigit() and len(number) >= DIGITS:
            found.append(RotatedFile(int(number), f"{folder}/{name}"))
    return sorted(found)


def has_log(common_dir: str) -> bool:
    """Whether a push was ever logged in the repository, as far as its files tell."""
    return any(os.path.exists(f"{common_dir}/{name}") for name in (LOG, HEAD)) or bool(rotated_files(common_dir))


def size_of_log(common_dir: str) -> int:
    """How many bytes all of its files have together. To be asked while nobody can rotate."""
    with LogReader(common_dir) as log:
        return log.size()


class LogReader:
    """All lines of a repository's log as they are now, for a `with` statement.

    Lines that are added later are not read. OSError where the log can't be read.
    """

    def __init__(self, common_dir: str) -> None:
        self._present = _opened(f"{common_dir}/{LOG}")
        self._rotated = rotated_files(common_dir)
        self._size = 0 if self._present is None else os.fstat(self._present.fileno()).st_size

    def __enter__(self) -> LogReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._present is not None:
            self._present.close()

    def paths(self) -> Sequence[str]:
        """The rotated files that are read before the growing one."""
        return [one.path for one in self._rotated if not self._is_present(one.path)]

    def size(self) -> int:
        """How many bytes there are to read."""
        return self._size + sum(os.stat(path).st_size for path in self.paths())

    def forward(self) -> Iterator[bytes]:
        """The whole lines without their newlines, oldest first."""
        for path in self.paths():
            with open(path, "rb") as file:
                yield from whole_lines(file, os.fstat(file.fileno()).st_size)
        if self._present is not None:
            self._present.seek(0)
            yield from whole_lines(self._present, self._size)

    def backward(self) -> Iterator[bytes]:
        """The whole lines without their newlines, newest first; reads no more than it is asked for."""
        if self._present is not None:
            yield from lines_backward(self._present, self._size)
        for path in reversed(self.paths()):
            with open(path, "rb") as file:
                yield from lines_backward(file, os.fstat(file.fileno()).st_size)

    def _is_present(self, path: str) -> bool:
        # It was rotated after it was opened here, so its name is a new one.
        return self._present is not None and os.path.samestat(os.stat(path), os.fstat(self._present.fileno()))


def whole_lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The lines among the first `size` bytes that have an end, without their newlines."""
    for line in file:
        size -= len(line)
        if size < 0 or line[-1:] != b"\n":
            return
        yield line[:-1]


def lines_backward(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The same lines, the last first. What is held is one line, or STEP bytes."""
    end = end_of_lines(file.fileno(), size) - 1
    if end < 0:
        return
    # Pieces of the line whose beginning is still to be read, the last first.
    later: list[bytes] = []
    while end > 0:
        start = max(0, end - STEP)
        pieces = os.pread(file.fileno(), end - start, start).split(b"\n")
        later.append(pieces[-1])
        if len(pieces) > 1:
            yield b"".join(reversed(later))
            yield from reversed(pieces[1:-1])
            later = [pieces[0]]
        end = start
    yield b"".join(reversed(later))


def _opened(path: str) -> BinaryIO | None:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        return None
