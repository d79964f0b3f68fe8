"""Looks up the artifacts that pushed tags bind, at their paths in the tagged commits: in Git, Git LFS or DVC."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.objects.bound_artifacts import bound_in
from ...policy.objects.dvc_files import files_about
from ...policy.objects.lfs_pointer import MOST_BYTES as MOST_POINTER
from ...policy.objects.lfs_pointer import read_pointer
from ...policy.push import PathEntry
from ..git.cat_file import LARGEST
from ..git.sha256 import sha256
from ..git.trees.paths import is_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...policy.objects.tag_object import TagObject
    from ..git.objects import TreeEntry
    from ..git.reader import Reader

    # Commit id → bound path → the kinds of digest that tags give for it.
    Asked = Mapping[str, Mapping[str, set[str]]]

# Without these limits, a pusher could make the server look up and hash files for hours.
MOST_LOOKED_UP = 10_000
MOST_HASHED = 4 * LARGEST


class Artifacts:
    """Looks up the artifacts that the tags of one push bind, within limits for the whole push."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._looked_up = 0
        self._hashed = 0

    def entries(self, commit: str, asked: Mapping[str, set[str]]) -> dict[str, PathEntry | None]:
        """What Git has at each path of a commit, None if nothing. `asked` maps the paths to kinds of digest.

        A file is hashed if its SHA-256 is asked for and it is not too large. Raises CannotJudge if Git can't read
        something, or if the push exceeds MOST_LOOKED_UP.
        """
        return {path: self._at(commit, path, kinds) for path, kinds in asked.items() if is_path(path)}

    def files_of_dvc(self, path: str, folder: str) -> list[str]:
        """The files in which DVC may describe a path that Git does not have, for a model in `folder`.

        Raises CannotJudge if the push exceeds MOST_LOOKED_UP.
        """
        if not is_path(path):
            return []
        self._count(path.count("/"))
        return list(files_about(path, folder))

    def _at(self, commit: str, path: str, kinds: set[str]) -> PathEntry | None:
        self._count(1)
        found = self._reader.entry(commit, path, limit=0)
        if found is None or found.kind != "file":
            return None if found is None else PathEntry(found.kind, found.oid)
        if found.size < MOST_POINTER:
            return _small(self._read(commit, path))
        if "sha256" not in kinds or self._hashed + found.size > MOST_HASHED or found.size > LARGEST:
            return PathEntry("file", found.oid)
        self._hashed += found.size
        return PathEntry("file", found.oid, sha256(self._read(commit, path).data))

    def _read(self, commit: str, path: str) -> TreeEntry:
        found = self._reader.entry(commit, path, limit=LARGEST)
        assert found is not None
        return found

    def _count(self, more: int) -> None:
        self._looked_up += more
        if self._looked_up > MOST_LOOKED_UP:
            raise CannotJudge(
                f"The tags of this push bind artifacts for which more than {MOST_LOOKED_UP} files would have to be "
                "looked up. Push fewer at once."
            )


def kinds_by_path(tag: TagObject) -> dict[str, set[str]]:
    """The kinds of digest that a tag gives for each path that it binds; empty if its trailers can't be parsed."""
    try:
        return {one.path: set(one.digests) for one in bound_in(tag.message)}
    except ValueError:
        return {}


def _small(found: TreeEntry) -> PathEntry:
    pointer = read_pointer(found.data)
    if pointer is not None:
        return PathEntry("file", found.oid, pointer.sha256, in_lfs=True)
    return PathEntry("file", found.oid, sha256(found.data))
