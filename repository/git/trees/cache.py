"""Caches the shapes of trees between pushes, because the commits of two tags share nearly all of their folders.

The id of a tree determines everything below it, so a shape stays valid forever,
under any policy. Git itself makes sure that the trees still exist: it refuses a
push whose objects are not connected. Trees with a defect are not cached.

A record is an id, a number of paths, a depth, and whether there is an
`artifacts.yaml`. Records are sorted and found by bisection, so that a hook only
reads a file and builds nothing from it. The file counts only if it belongs to
the user that this hook runs as, nobody else can write it (`own_file.py`), and
its hash matches; otherwise every tree is read again, without a message. If two
hooks write at the same time, the later one wins, and the trees of the other are
read once more.
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
# About a megabyte; a hook that needs a tree reads the whole file.
MOST_TREES = 40_000
# Reading fewer new trees again takes no longer than writing the cache.
WORTH_KEEPING = 32
_PATHS, _DEPTH, _ANNOTATED = 4, 2, 1
_SHAPE = _PATHS + _DEPTH + _ANNOTATED
_HASH = 64


class TreeCache:
    """The cached shapes of trees in the repository with the common directory `common_dir`."""

    def __init__(self, common_dir: str) -> None:
        self._path = os.path.join(common_dir, STATE_FOLDER, f"{KIND}.{os.geteuid()}")
        self._id_bytes = 0
        self._records = b""
        self._used: set[bytes] = set()
        self._new: dict[bytes, Shape] = {}

    def get(self, oid: bytes) -> Shape | None:
        """The shape of the tree with the binary id `oid`, None if it is not cached."""
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
        """Cache these shapes (all complete and without a defect) by binary id, once there are WORTH_KEEPING of them.

        Does nothing if the file can't be written.
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
            # Keep the trees of this push, largest first: a tree has more paths than the trees below it, and once it is
            # found, those are not needed.
            records = self._used.union(new)
            place = slice(self._id_bytes, self._id_bytes + _PATHS)
            records = set(sorted(records, key=lambda record: record[place], reverse=True)[:MOST_TREES])
        self._records = b"".join(sorted(records))
        _write(self._path, self._id_bytes, self._records)


def _record(oid: bytes, shape: Shape) -> bytes:
    """The record of a tree, b"" if its numbers are too large for a record."""
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
