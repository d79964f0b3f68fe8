"""Objects as a `Reader` returns them, and their ids."""

from __future__ import annotations

from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

# The hex digits of an id by SHA-1 and by SHA-256.
_LENGTHS = frozenset((40, 64))


class RawObject(Record):
    """An object; `type` is None if it does not exist, `size` is its full size, `data` is cut at the requested limit."""

    oid: str
    type: str | None
    size: int
    data: bytes


class TagRef(Record):
    """A ref under refs/tags/: its name without that prefix, and the id that it names."""

    name: str
    oid: str


class TreeEntry(Record):
    """An entry of a tree; only files have `size` and `data`, which is cut at the requested limit."""

    kind: Literal["file", "symlink", "folder", "submodule"]
    oid: str
    size: int
    data: bytes


def are_ids(texts: Sequence[str]) -> bool:
    """Whether each of these is a full object id as Git writes it, in either object format."""
    digits = "".join(texts)
    try:
        # Only lower-case hex survives the conversion to bytes and back.
        return _LENGTHS.issuperset(map(len, texts)) and bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False
