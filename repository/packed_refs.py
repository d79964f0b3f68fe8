"""What packed-refs tells about tag objects without opening them: which object each one leads to.

git-pack-refs(1) writes behind each annotated tag what it peels to. Which refs
there are is never taken from here, for other refs may lie loose above them;
but what a tag object leads to never changes, for the id stands for the
content. Only a replacement (git-replace(1)) that existed when refs were packed
makes the file say something else; whoever reads it looks for replacements
first. Where there is no such file, as in a reftable, nothing is known.
"""

from __future__ import annotations

import os
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_HEADER = b"# pack-refs with:"
# A part of the file that is read at once rather than cut in half once more.
_PART = 1 << 14


def peeled_between(path: str, first: str, last: str) -> dict[str, str]:
    """The ids of tag objects that refs from `first` to `last` (full names) are packed with, and what they lead to.

    Further tags may be among them, and any may be missing: there is more to
    read than to be sure of.
    """
    try:
        with open(path, "rb") as file:
            header = file.readline()
            if not header.startswith(_HEADER) or b"sorted" not in header.split():
                return {}
            start, size = file.tell(), os.fstat(file.fileno()).st_size
            begin, _ = _around(file, start, size, os.fsencode(first))
            _, end = _around(file, begin, size, os.fsencode(last))
            file.seek(begin)
            return _pairs(file.read(end - begin))
    except OSError:
        return {}


def _around(file: BinaryIO, low: int, high: int, ref: bytes) -> tuple[int, int]:
    """Two places close to each other: a line's start before `ref` (or at it), and one behind it."""
    while high - low > _PART:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        place = file.tell()
        line = file.readline()
        if line[:1] == b"^":
            place = file.tell()
            line = file.readline()
        if place < high and line.rstrip(b"\n").partition(b" ")[2] < ref:
            low = place
        else:
            high = middle
    return low, min(high + _PART, os.fstat(file.fileno()).st_size)


def _pairs(part: bytes) -> dict[str, str]:
    """`<id> <ref>` and, in the next line, `^<what it peels to>`; the last line may be cut."""
    whole = part[: part.rfind(b"\n") + 1].decode("latin-1")
    width = whole.find(" ")
    pieces = whole.split("\n^")
    return {piece[piece.rfind("\n") + 1 :][:width]: following[:width] for piece, following in pairwise(pieces)}
