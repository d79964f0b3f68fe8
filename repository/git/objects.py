"""What a `Reader` answers with, apart from plain text and bytes."""

from __future__ import annotations

from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


class RawObject(Record):
    """An object: `type` is None where it does not exist, `data` is cut after the limit that was asked."""

    oid: str
    type: str | None
    size: int
    data: bytes


class TagRef(Record):
    """A ref under refs/tags/: its name without that, and what it names."""

    name: str
    oid: str


class TreeEntry(Record):
    """What a tree holds at one path. `data` is set for files only, cut after the limit that was asked."""

    kind: Literal["file", "symlink", "folder", "submodule"]
    oid: str
    size: int
    data: bytes
