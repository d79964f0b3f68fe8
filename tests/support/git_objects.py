"""Makes Git's objects, loose files and packs in memory: thousands in the time that Git needs for one.

The formats are Git's own (gitformat-pack(5), and "Git Objects" in Pro Git).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

TYPES = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


class GitObject(NamedTuple):
    """An object by its type and content, valid or not."""

    type: str
    content: bytes

    def id(self, object_format: str) -> str:
        """Its id in a repository of `object_format` ("sha1" or "sha256")."""
        return hashlib.new(object_format, self._whole).hexdigest()

    def store(self, git_dir: Path, object_format: str) -> str:
        """Write it as a loose object without any check by Git; returns its id."""
        oid = self.id(object_format)
        file = git_dir / "objects" / oid[:2] / oid[2:]
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(zlib.compress(self._whole, 1))
        return oid

    @property
    def _whole(self) -> bytes:
        return b"%s %d\0%s" % (self.type.encode(), len(self.content), self.content)


EMPTY_TREE = GitObject("tree", b"")


def commit_object(tree: str, parents: Iterable[str] = (), *, at: int, message: str = "Change") -> GitObject:
    """A commit by Ada Lovelace at the second `at`."""
    person = f"Ada Lovelace <ada@example.com> {at} +0000"
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {person}", f"committer {person}"]
    return GitObject("commit", "\n".join([*lines, "", message, ""]).encode())


def pack_of(objects: Iterable[GitObject], object_format: str) -> bytes:
    """A pack of exactly these objects, even if it lacks objects that they refer to."""
    entries = [_header(each) + zlib.compress(each.content, 1) for each in objects]
    pack = b"".join([b"PACK", (2).to_bytes(4, "big"), len(entries).to_bytes(4, "big"), *entries])
    return pack + hashlib.new(object_format, pack).digest()


def _header(each: GitObject) -> bytes:
    """Three bits of type, then the size in groups of four and then seven bits, the lowest first."""
    size = len(each.content)
    byte, size = TYPES[each.type] << 4 | size & 15, size >> 4
    header = bytearray()
    while size:
        header.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    return bytes(header + bytes([byte]))
