"""Reads one entry of a folder from the bytes of the tree."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    EntryKind = Literal["file", "symlink", "folder", "submodule"]

# git-fast-import(1) lists the modes; the folder's is written without its leading zero.
_KINDS: dict[bytes, EntryKind] = {b"120000": "symlink", b"40000": "folder", b"160000": "submodule"}
# Room for some hundred thousand entries in one folder.
FOLDER_BYTES = 1 << 25


def kind_of(mode: bytes) -> EntryKind:
    """What an entry of this mode is."""
    return _KINDS.get(mode, "file")


def entry_in(tree: bytes, name: bytes, id_bytes: int) -> tuple[bytes, str] | None:
    """Mode and id of the entry with this name: a tree is `<mode> <name>` NUL `<binary id>`, repeated."""
    position = 0
    while position < len(tree):
        end = tree.index(b"\0", position)
        mode, _, entry_name = tree[position:end].partition(b" ")
        position = end + 1 + id_bytes
        if entry_name == name:
            return mode, tree[end + 1 : position].hex()
    return None
