"""Walks the trees of tagged commits level by level, and reads each distinct tree only once.

A few kilobytes can contain a billion paths, or a folder of gigabytes. So nothing
is read beyond the depth and the number of paths that a policy allows, and at
most `ENTRIES_AT_ONCE` entries in one push.
"""

from __future__ import annotations

from ....policy.errors import CannotJudge
from ....policy.objects.tree_object import Tree, parse_tree
from ....policy.objects.tree_shape import Shape, shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Literal, Protocol

    from ..objects import RawObject
    from .cache import TreeCache

    class Objects(Protocol):
        """The part of `Reader` that a walk needs."""

        def objects(
            self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
        ) -> Iterator[RawObject]: ...


# Enough for a folder of a million entries with names of the usual length.
FOLDER_BYTES = 64 * 1024 * 1024
# The size of a folder with some thousand entries. Larger ones are read one by one, so that memory holds only one.
SMALL_FOLDER_BYTES = 64 * 1024
# About two seconds of work. The tagged commits of a repository share most of their trees.
ENTRIES_AT_ONCE = 2_000_000
BYTES_OF_AN_ENTRY = 64
# With more shapes than this, memory is freed after each question: each takes some 300 bytes.
SHAPES_AT_MOST = 300_000


class TreeWalk:
    """Computes the shapes of trees read from `source`, and remembers them.

    `cache` has those of earlier pushes. Unless `bounded`, any number of entries is read, as an audit must.
    """

    def __init__(self, source: Objects, *, cache: TreeCache | None = None, bounded: bool = True) -> None:
        self._source = source
        self._cache = cache
        self._bounded = bounded
        self._shapes: dict[bytes, Shape] = {}
        self._trees: dict[bytes, Tree] = {}
        self._entries = 0
        self._most_entries = ENTRIES_AT_ONCE

    def shapes(self, roots: Sequence[str], *, max_paths: int, max_depth: int) -> dict[str, Shape]:
        """The shape of each of these trees, by id; exact only if the tree keeps within the bounds.

        Raises CannotJudge if a tree can't be read, or if too many entries would have to be read.
        """
        wanted = list(dict.fromkeys(map(bytes.fromhex, roots)))
        self._most_entries = max(ENTRIES_AT_ONCE, 2 * max_paths)
        found: dict[str, Shape] = {}
        # All together first. If they exceed the bound together, each is tried alone.
        for groups in ([wanted], [[root] for root in wanted]):
            found = {}
            for together in groups:
                if self._gather(together, max_paths, max_depth):
                    found.update((root.hex(), shape_of(root, self._trees, self._shapes)) for root in together)
                elif len(together) == 1:
                    found[together[0].hex()] = Shape(max_paths + 1, 0, whole=False)
                self._forget_the_unread()
            if len(found) == len(wanted):
                break
        self._keep()
        return found

    def _gather(self, roots: Sequence[bytes], max_paths: int, max_depth: int) -> bool:
        """Read everything below these trees down to `max_depth`; False as soon as there are more than `max_paths`."""
        seen = set(roots)
        level = [root for root in roots if self._known(root) is None]
        paths = 0
        for _ in range(max_depth + 1):
            below = []
            for tree in self._trees_of(level):
                paths += tree.entries
                for _, child in [] if tree.defect else tree.folders:
                    if child not in seen:
                        seen.add(child)
                        known = self._known(child)
                        if known is None:
                            below.append(child)
                        else:
                            paths += known.paths
                if paths > max_paths:
                    return False
            if not below:
                break
            level = below
        return True

    def _known(self, oid: bytes) -> Shape | None:
        shape = self._shapes.get(oid)
        if shape is None and self._cache is not None and oid not in self._trees:
            shape = self._cache.get(oid)
            if shape is not None:
                self._shapes[oid] = shape
        return shape

    def _trees_of(self, oids: Sequence[bytes]) -> Iterator[Tree]:
        unread = []
        for oid in oids:
            if oid in self._trees:
                yield self._trees[oid]
            else:
                unread.append(oid)
        large = []
        for oid, found in self._ask(unread, SMALL_FOLDER_BYTES):
            if found.type == "tree" and len(found.data) < found.size <= FOLDER_BYTES:
                large.append(oid)
            else:
                yield self._read(oid, found)
        for oid in large:
            for _, found in self._ask([oid], FOLDER_BYTES):
                yield self._read(oid, found)

    def _ask(self, oids: Sequence[bytes], limit: int) -> Iterator[tuple[bytes, RawObject]]:
        answers = self._source.objects([oid.hex() for oid in oids], limit=limit, content_of="tree")
        # The answers come first in `zip`, so that their generator runs to its end, which checks Git's exit status.
        return ((oid, found) for found, oid in zip(answers, oids, strict=True))

    def _read(self, oid: bytes, found: RawObject) -> Tree:
        self._trees[oid] = tree = _tree_in(found, len(oid))
        # Long names take as much time as many entries.
        self._entries += max(tree.entries, found.size // BYTES_OF_AN_ENTRY)
        if self._bounded and self._entries > self._most_entries:
            raise CannotJudge(
                f"The folders of the tagged commits hold more than {self._most_entries:,} entries that were never "
                "judged before, which takes too long for one push. Push fewer tags at once."
            )
        return tree

    def _forget_the_unread(self) -> None:
        """Forget incomplete shapes: another tree may contain the same folders at a smaller depth."""
        for oid in [oid for oid, shape in self._shapes.items() if not shape.whole and not shape.defect]:
            del self._shapes[oid]

    def _keep(self) -> None:
        """Pass the complete shapes of the trees that were read to the cache, and free the trees."""
        whole = {oid: shape for oid in self._trees if (shape := self._shapes.get(oid)) and shape.whole}
        if self._cache is not None:
            self._cache.add(whole)
        self._trees = {}
        if len(self._shapes) > SHAPES_AT_MOST:
            self._shapes = {}


def _tree_in(found: RawObject, id_bytes: int) -> Tree:
    if found.type is None:
        raise CannotJudge(
            f"The folder {found.oid}, which a tagged commit holds, is missing. Run `git fsck` in that repository."
        )
    if found.type != "tree":
        return Tree(0, [], f"is a {found.type} and not a folder")
    if len(found.data) < found.size:
        return Tree(0, [], f"takes more than {FOLDER_BYTES // 1024**2} MiB for the names in it")
    return parse_tree(found.data, id_bytes)
