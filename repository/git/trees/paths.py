"""Finds the entry at a path of a tree, with its kind, which only the tree itself says."""

from __future__ import annotations

from ....policy.errors import CannotJudge
from ..objects import TreeEntry
from .entries import FOLDER_BYTES, entry_in, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cat_file import ObjectReader
    from ..objects import RawObject


def checked_path(path: str) -> str:
    """`path` relative to the root of the tree, in the form that Git expects after `<id>:`.

    Git would resolve `./` and `../` from the folder that it runs in. Raises CannotJudge for a path that Git can't be
    asked for.
    """
    if "\n" in path or "\0" in path:
        raise CannotJudge(f"The path {path!r} holds a line break or NUL, which Git can't be asked for. Rename it.")
    if not _has_bytes(path):
        raise CannotJudge(f"The path {path!r} holds half a character, so no file can have it. Correct it.")
    parts = _parts(path)
    if ".." in parts or not parts:
        raise CannotJudge(f"The path {path!r} must name a file inside the repository, without `..`.")
    return "/".join(parts)


def is_path(path: str) -> bool:
    """Whether `checked_path` accepts it."""
    return not {"\n", "\0"}.intersection(path) and _has_bytes(path) and bool(_parts(path)) and ".." not in _parts(path)


def _has_bytes(path: str) -> bool:
    """Whether the path can be encoded: YAML and JSON can contain lone surrogates, which no file's name has."""
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def find_entry(objects: ObjectReader, treeish: str, path: str, limit: int) -> TreeEntry | None:
    """The entry at this path of a commit, tag or tree; None if there is none.

    A file comes with the first `limit` bytes of its content. Raises CannotJudge if an object can't be read.
    """
    path = checked_path(path)
    folder, _, name = path.rpartition("/")
    tree = next(objects.ask([f"{treeish}:{folder}"], limit=FOLDER_BYTES, content_of="tree"))
    if tree.type is None:
        must_be_absent(objects, treeish, path)
    if tree.type != "tree":
        return None
    found = entry_in(_whole(tree, folder), name.encode("utf-8", "surrogateescape"), len(tree.oid) // 2)
    if found is None:
        return None
    mode, oid = found
    kind = kind_of(mode)
    if kind != "file":
        return TreeEntry(kind, oid, 0, b"")
    blob = next(objects.ask([oid], limit=limit, content_of="blob"))
    if blob.type is None:
        raise _missing(f"The content of {path!r}", oid)
    return TreeEntry("file", oid, blob.size, blob.data)


def must_be_absent(objects: ObjectReader, treeish: str, path: str) -> None:
    """Raise CannotJudge unless this path of a commit, tag or tree is really absent, or a submodule.

    Git also answers "missing" for a path if it can't read a folder on the way.
    """
    tree = next(objects.ask([f"{treeish}:"], limit=FOLDER_BYTES, content_of="tree"))
    if tree.type != "tree":
        raise _missing("The root folder", treeish)
    walked = ""
    for part in _parts(path):
        found = entry_in(_whole(tree, walked), part.encode("utf-8", "surrogateescape"), len(tree.oid) // 2)
        walked = f"{walked}/{part}" if walked else part
        kind = "nothing" if found is None else kind_of(found[0])
        if found is None or kind == "submodule" or (walked != path and kind != "folder"):
            return
        if walked == path:
            raise _missing(f"The entry at {path!r}", found[1])
        tree = next(objects.ask([found[1]], limit=FOLDER_BYTES, content_of="tree"))
        if tree.type != "tree":
            raise _missing(f"The folder {walked!r}", found[1])


def _whole(tree: RawObject, folder: str) -> bytes:
    if tree.size > FOLDER_BYTES:
        raise CannotJudge(f"The folder {folder or '/'!r} has too many entries to be read.")
    return tree.data


def _missing(what: str, oid: str) -> CannotJudge:
    return CannotJudge(f"{what} ({oid}) is missing, or can't be read. Run `git fsck` in that repository.")
