"""Measures trees in paths: GTO walks every path, even if a few objects, used again and again, make up all of them."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .tree_object import Tree


class Shape(Record):
    """The measures of a folder with everything below it.

    `paths` is the number of files and folders, `depth` the greatest number of
    nested folders. With `whole` False the walk was cut short, and both are lower
    bounds. `defect` says what GTO or Git can't read in it or below, to follow "the
    folder …", None if nothing; `where` is the path of that folder, relative to
    this one. `annotated` False: the folder itself contains no `artifacts.yaml`.
    """

    paths: int
    depth: int
    whole: bool = True
    defect: str | None = None
    where: bytes = b""
    annotated: bool = True


UNREAD = Shape(0, 0, whole=False)


def shape_of(root: bytes, trees: Mapping[bytes, Tree], shapes: dict[bytes, Shape]) -> Shape:
    """The shape of the tree `root`, from the `trees` that were read and the `shapes` that are known, by binary id.

    Adds the shapes of `root` and of the trees below it to `shapes`. Each distinct
    tree is processed once, however many paths lead to it. A tree that is missing
    from `trees` is UNREAD.
    """
    waiting = [root]
    while waiting:
        oid = waiting[-1]
        if oid in shapes:
            waiting.pop()
            continue
        tree = trees.get(oid)
        below = [] if tree is None or tree.defect else [child for _, child in tree.folders if child not in shapes]
        if below:
            waiting.extend(dict.fromkeys(below))
            continue
        shapes[oid] = UNREAD if tree is None else _combined(tree, shapes)
        waiting.pop()
    return shapes[root]


def _combined(tree: Tree, shapes: Mapping[bytes, Shape]) -> Shape:
    if tree.defect:
        return Shape(tree.entries, 0, whole=False, defect=tree.defect)
    paths, depth, whole = tree.entries, 0, True
    for name, child in tree.folders:
        below = shapes[child]
        if below.defect:
            return Shape(paths, depth, False, below.defect, name + b"/" + below.where if below.where else name)
        paths += below.paths
        depth = max(depth, below.depth + 1)
        whole = whole and below.whole
    return Shape(paths, depth, whole, annotated=tree.annotated)
