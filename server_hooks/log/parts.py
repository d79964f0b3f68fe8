"""The files whose lines are verified together, in the order of their lines."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from .files import lines_backward, rotated_files, rotated_name, whole_lines
from .line import LOG, end_of_lines, read_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import ExitStack
    from typing import BinaryIO

# The first bytes of files that these programs write.
COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


class Part:
    """An open file of lines, read up to the size that it had when it was opened.

    `first` is the number of its first line and `last` the seal of its last one,
    both None if it has no line; `torn` counts the bytes after its last complete
    line.
    """

    def __init__(self, path: str, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        found = os.fstat(file.fileno())
        self.identity = (found.st_dev, found.st_ino)
        self.size = found.st_size
        self.torn = self.size - end_of_lines(file.fileno(), self.size)
        self.first = self._first()
        self.last = next(filter(None, map(read_end, lines_backward(file, self.size))), None)

    def numbers(self) -> tuple[int, int]:
        """The numbers of its first and its last line, as far as they are known; 0 and 0 if it has no line."""
        first = self.first or 0
        return first, first if self.last is None else max(first, self.last.number)

    def lines(self) -> Iterator[bytes]:
        """The complete lines, without newlines."""
        self._file.seek(0)
        return whole_lines(self._file, self.size)

    def _first(self) -> int | None:
        for at, line in enumerate(self.lines()):
            found = read_end(line)
            if found is not None:
                return max(0, found.number - at)
        return None


def open_parts(common_dir: str | None, files: Sequence[str], opened: ExitStack) -> list[Part]:
    """The log files of the repository `common_dir`, if any, and `files`, each once, in the order of their lines.

    `opened` will close them. Raises OSError if one can't be read, CannotJudge if one is compressed.
    """

    def part(path: str) -> Part:
        return Part(path, opened.enter_context(open(path, "rb")))

    parts = [part(path) for path in files]
    for one in parts:
        _refuse_compressed(one.path)
    if common_dir is not None:
        # As in LogReader, open the current file first: if it is rotated now, it is still read once.
        parts += [part(path)] if os.path.exists(path := f"{common_dir}/{LOG}") else []
        parts += [part(one.path) for one in rotated_files(common_dir)]
    once = {part.identity: part for part in parts}.values()
    numbered = sorted((part.first, at, part) for at, part in enumerate(once) if part.first is not None)
    return [part for _, _, part in numbered] + [part for part in once if part.first is None and part.size]


def files_beside(common_dir: str, parts: Sequence[Part]) -> list[Part]:
    """The other files in the log's folder that hold lines of a log, such as files renamed by another program.

    They are closed again. Raises OSError if one can't be read.
    """
    read = {part.identity for part in parts}
    found = []
    for path in _named_like_the_log(common_dir):
        with open(path, "rb") as file:
            part = Part(path, file)
        if part.first is not None and part.identity not in read:
            found.append(part)
    return found


def compressed_beside(common_dir: str) -> list[tuple[str, str]]:
    """The compressed files in the log's folder that are not unpacked there, with the programs that unpack them."""
    found = [(path, program) for path in _named_like_the_log(common_dir) if (program := _compressed_by(path))]
    return [(path, program) for path, program in found if not os.path.exists(os.path.splitext(path)[0])]


def _named_like_the_log(common_dir: str) -> Iterator[str]:
    folder, name = os.path.split(f"{common_dir}/{LOG}")
    for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = f"{folder}/{entry}"
        if entry.startswith(os.path.splitext(name)[0]) and os.path.isfile(path):
            yield path


def place_in_log(moved: Part, parts: Sequence[Part]) -> str | None:
    """The path at which `moved`, a file beside the log, would be part of it again; None if lines would be double."""
    first, last = moved.numbers()
    if first < 1 or any(one.numbers()[0] <= last and first <= one.numbers()[1] for one in parts):
        return None
    return os.path.join(os.path.dirname(moved.path), rotated_name(first))


def _refuse_compressed(path: str) -> None:
    if program := _compressed_by(path):
        raise CannotJudge(f"{path} is compressed; unpack it with `{program} -dk` and name what that writes")


def _compressed_by(path: str) -> str | None:
    """The program that compressed a file; None if none did. Raises OSError if the file can't be read."""
    with open(path, "rb") as file:
        start = file.read(8)
    return next((program for magic, program in COMPRESSED.items() if start.startswith(magic)), None)
