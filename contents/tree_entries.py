"""A cache for entries of trees: the versions of a registry share most of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.objects.commit_object import parse_commit
from ..repository.registry import TAG_BYTES

if TYPE_CHECKING:
    from ..repository.git.objects import TreeEntry
    from ..repository.git.reader import Reader

# In bytes. Larger files are not cached, so that they can't fill the memory.
LARGEST_KEPT = 16 * 1024
# In entries. They take about 100 MB at most, and a tenth of that if the files are as small as metrics files.
MOST_KEPT = 20_000


class TreeEntries:
    """The entries of a repository's commits. They are cached by the tree's id, so the cache is never stale."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._trees: dict[str, str] = {}
        self._kept: dict[tuple[str, str, int], TreeEntry | None] = {}

    def entry(self, treeish: str, path: str, *, limit: int) -> TreeEntry | None:
        """As `Reader.entry`; `treeish` must be the id of a commit."""
        tree = self._trees.get(treeish)
        if tree is None:
            tree = self._trees[treeish] = self._tree_of(treeish)
        key = (tree, path, limit)
        if key in self._kept:
            return self._kept[key]
        found = self._reader.entry(tree, path, limit=limit)
        if found is None or len(found.data) <= LARGEST_KEPT:
            if len(self._kept) == MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found

    def _tree_of(self, commit: str) -> str:
        (found,) = self._reader.objects([commit], limit=TAG_BYTES, content_of="commit")
        tree = parse_commit(found.data, found.size).tree if found.type == "commit" else ""
        # If it is not a readable commit, the reader raises the right error for it.
        return tree or commit
