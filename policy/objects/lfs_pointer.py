"""Git LFS pointers: small files that Git stores in place of large ones.

The format is specified in docs/spec.md of git-lfs: `version` comes first, the
other keys follow in alphabetical order, and a pointer has less than 1024 bytes.
"""

from __future__ import annotations

from ..record import Record

VERSION_LINES = (b"version https://git-lfs.github.com/spec/v1", b"version https://hawser.github.com/spec/v1")
MOST_BYTES = 1024
HEX = frozenset("0123456789abcdef")


class Pointer(Record):
    """The SHA-256 (hex) and the size in bytes of the file that is stored elsewhere."""

    sha256: str
    size: int


def read_pointer(data: bytes) -> Pointer | None:
    """Parse the content of a file as a pointer; None if it is not one."""
    if len(data) >= MOST_BYTES or not data.startswith(b"version "):
        return None
    first, *lines = data.removesuffix(b"\n").split(b"\n")
    if first not in VERSION_LINES:
        return None
    values = dict(line.decode("utf-8", "replace").partition(" ")[::2] for line in lines)
    kind, _, digest = values.get("oid", "").partition(":")
    size = values.get("size", "")
    if kind != "sha256" or len(digest) != 64 or not HEX.issuperset(digest) or not (size.isascii() and size.isdigit()):
        return None
    return Pointer(digest, int(size)) if len(size) < 20 else None
