"""The files of a push log: the current one, which grows, and the rotated ones beside it.

The name of a rotated file has the number of its first line, so that the names
sort like the lines. Rotation only renames a file. A reader therefore opens the
current file first and lists the rotated ones after it: even during a rotation
it reads no line twice and misses none.
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
    """A file to which no more lines are added; `first` is the number of its first line."""

    first: int
    path: str


def rotated_name(first: int) -> str:
    return f"{PREFIX}{first:0{DIGITS}}{SUFFIX}"


def rotated_files(common_dir: str) -> list[RotatedFile]:
    """The rotated files beside the log, in the order of their lines."""
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
    """Whether the repository has files of a push log."""
    return any(os.path.exists(f"{common_dir}/{name}") for name in (LOG, HEAD)) or bool(rotated_files(common_dir))


def size_of_log(common_dir: str) -> int:
    """The size of all of the log's files together, in bytes. Call it only while nobody can rotate the log."""
    with LogReader(common_dir) as log:
        return log.size()


class LogReader:
    """Reads all lines of a repository's log as they are now, for a `with` statement.

    Lines that are added later are not read. Raises OSError if the log can't be read.
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
        """The rotated files, to be read before the current one."""
        return [one.path for one in self._rotated if not self._is_present(one.path)]

    def size(self) -> int:
        """How many bytes there are to read."""
        return self._size + sum(os.stat(path).st_size for path in self.paths())

    def forward(self) -> Iterator[bytes]:
        """The complete lines without newlines, oldest first."""
        for path in self.paths():
            with open(path, "rb") as file:
                yield from whole_lines(file, os.fstat(file.fileno()).st_size)
        if self._present is not None:
            self._present.seek(0)
            yield from whole_lines(self._present, self._size)

    def backward(self) -> Iterator[bytes]:
        """The complete lines without newlines, newest first, read only as far as the caller iterates."""
        if self._present is not None:
            yield from lines_backward(self._present, self._size)
        for path in reversed(self.paths()):
            with open(path, "rb") as file:
                yield from lines_backward(file, os.fstat(file.fileno()).st_size)

    def _is_present(self, path: str) -> bool:
        # The current file, if it was rotated after it was opened here, is listed under its new name.
        return self._present is not None and os.path.samestat(os.stat(path), os.fstat(self._present.fileno()))


def whole_lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The lines that end within the first `size` bytes, without newlines."""
    for line in file:
        size -= len(line)
        if size < 0 or line[-1:] != b"\n":
            return
        yield line[:-1]


def lines_backward(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The same lines, last first; holds one line, or STEP bytes, in memory."""
    end = end_of_lines(file.fileno(), size) - 1
    if end < 0:
        return
    # Pieces of the line whose beginning is not read yet, last first.
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
