"""How large a tree is, counted in paths: GTO walks every path, even if few objects make them up."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .tree_object import Tree


class Shape(Record):
    """All that is below a folder.

    `paths` counts its files and folders, `depth` the folders on the longest
    way down. `whole` False: it was not walked to the end, and has at least so
    many. `defect` completes "the folder … ": what GTO or Git can't read in it
    or below, None if nothing; `where` is that folder's path. `annotated`
    False: there is no `artifacts.yaml` in the folder itself.
    """

    paths: int
    depth: int
    whole: bool = True
    defect: str | None = None
    where: bytes = b""
    annotated: bool = True


UNREAD = Shape(0, 0, whole=False)


def shape_of(root: bytes, trees: Mapping[bytes, Tree], shapes: dict[bytes, Shape]) -> Shape:
    """The shape of the tree `root`, from the `trees` that were read and the `shapes` that are known.

    It adds the shapes of the trees below to `shapes`. It looks at each distinct
    tree once, so that depth and the number of paths cost nothing.
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
