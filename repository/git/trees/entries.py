"""Finds one entry in the content of a tree object."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    EntryKind = Literal["file", "symlink", "folder", "submodule"]

# git-fast-import(1) lists the modes; a tree has that of a folder without its leading zero.
_KINDS: dict[bytes, EntryKind] = {b"120000": "symlink", b"40000": "folder", b"160000": "submodule"}
# Room for some hundred thousand entries in one folder.
FOLDER_BYTES = 1 << 25


def kind_of(mode: bytes) -> EntryKind:
    """The kind of an entry with this mode; "file" for any other mode."""
    return _KINDS.get(mode, "file")


def entry_in(tree: bytes, name: bytes, id_bytes: int) -> tuple[bytes, str] | None:
    """The mode and id (hex) of the entry with this name, None if there is none.

    A tree consists of entries `<mode> <name>` NUL `<binary id>`; an id has `id_bytes` bytes.
    """
    position = 0
    while position < len(tree):
        end = tree.index(b"\0", position)
        mode, _, entry_name = tree[position:end].partition(b" ")
        position = end + 1 + id_bytes
        if entry_name == name:
            return mode, tree[end + 1 : position].hex()
    return None
