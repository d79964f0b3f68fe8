"""Keeps what is known of trees between pushes: two tags' commits have nearly all of their folders in common.

An id stands for its tree's content, and so for all that is below it: what was
found once holds for ever, under any policy. That the trees are still there is
Git's business, which takes no push whose objects are not connected. Trees with
a defect are never kept.

A record is an id, a number of paths, a depth, and whether there is an
`artifacts.yaml`; records are sorted and looked
up by bisection, so that a hook reads a file and builds nothing of it. The file
counts only if it belongs to the user whom this hook runs as and nobody else
can write it (`own_file.py`), and matches its hash; else every tree is read
anew, and nobody is bothered. Of two hooks that write at once the later wins,
and the trees of the other are read once more.
"""

from __future__ import annotations

import os

from ....policy.objects.tree_shape import Shape
from ..own_file import STATE_FOLDER, own_file
from ..sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "trees"
LAYOUT = b"tagwarden trees 1\n"
# About a megabyte; the file is read whole by a hook that asks for a tree.
MOST_TREES = 40_000
# To read so few takes no longer than to write them down.
WORTH_KEEPING = 32
_PATHS, _DEPTH, _ANNOTATED = 4, 2, 1
_SHAPE = _PATHS + _DEPTH + _ANNOTATED
_HASH = 64


class TreeCache:
    """The shapes of trees that were kept in the repository whose common directory is `common_dir`."""

    def __init__(self, common_dir: str) -> None:
        self._path = os.path.join(common_dir, STATE_FOLDER, f"{KIND}.{os.geteuid()}")
        self._id_bytes = 0
        self._records = b""
        self._used: set[bytes] = set()
        self._new: dict[bytes, Shape] = {}

    def get(self, oid: bytes) -> Shape | None:
        """The shape of this tree, None where it is not known."""
        if self._id_bytes != len(oid):
            self._id_bytes = len(oid)
            self._records = _read(self._path, len(oid))
        records, size = self._records, len(oid) + _SHAPE
        low, high = 0, len(records) // size
        while low < high:
            middle = (low + high) // 2
            if records[middle * size : middle * size + len(oid)] < oid:
                low = middle + 1
            else:
                high = middle
        record = records[low * size : (low + 1) * size]
        if not record.startswith(oid):
            return None
        self._used.add(record)
        paths = int.from_bytes(record[len(oid) : len(oid) + _PATHS], "big")
        depth = int.from_bytes(record[len(oid) + _PATHS : -_ANNOTATED], "big")
        return Shape(paths, depth, annotated=record[-1] != 0)

    def add(self, shapes: Mapping[bytes, Shape]) -> None:
        """Keep these shapes, all of them whole and without defect, for later pushes; few are not worth it.

        What can't be written is not kept.
        """
        self._new.update(shapes)
        if len(self._new) < WORTH_KEEPING:
            return
        new = [_record(oid, shape) for oid, shape in self._new.items() if len(oid) == self._id_bytes]
        new = [record for record in new if record]
        self._new = {}
        size = self._id_bytes + _SHAPE
        records = {self._records[at : at + size] for at in range(0, len(self._records), size)}
        records.update(new)
        if len(records) > MOST_TREES:
            # What this push met. A tree has more paths than those below it, which nobody asks for beside it.
            records = self._used.union(new)
            place = slice(self._id_bytes, self._id_bytes + _PATHS)
            records = set(sorted(records, key=lambda record: record[place], reverse=True)[:MOST_TREES])
        self._records = b"".join(sorted(records))
        _write(self._path, self._id_bytes, self._records)


def _record(oid: bytes, shape: Shape) -> bytes:
    """The record of a tree, b"" where its numbers are too large for one."""
    try:
        paths, depth = shape.paths.to_bytes(_PATHS, "big"), shape.depth.to_bytes(_DEPTH, "big")
    except OverflowError:
        return b""
    return oid + paths + depth + bytes((shape.annotated,))


def _read(path: str, id_bytes: int) -> bytes:
    try:
        content = own_file(path)
    except OSError:
        return b""
    head = LAYOUT + b"%d\n" % id_bytes
    records = content[len(head) + _HASH :]
    fits = content.startswith(head) and len(records) % (id_bytes + _SHAPE) == 0
    return records if fits and content[len(head) : len(head) + _HASH] == sha256(records).encode() else b""


def _write(path: str, id_bytes: int, records: bytes) -> None:
    from ..whole_file import replace_file

    try:
        replace_file(path, LAYOUT + b"%d\n" % id_bytes + sha256(records).encode() + records, 0o600, durable=False)
    except OSError:
        pass
