"""Refuses a commit whose tree GTO can't read in full.

GTO walks every path of every commit that a model tag points at. With folders
nested about 950 deep it fails for all models. A few kilobytes of folders that
contain each other many times keep it busy forever; a million paths take 40
seconds and 430 MB. It fails on file modes and names that libgit2 can't read, and
if two entries have the same name it reads a different one than Git does.
`git push` accepts all of these. A server that sets `receive.fsckObjects` refuses
the malformed ones.

Fix: remove what the message names, commit, and tag the new commit. `git ls-tree`
lists the entries of a folder; `git mktree` writes a corrected one.
"""

from __future__ import annotations

from ..verdict import Breach
from ..wording import quoted, short_id
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..objects.tree_shape import Shape
    from ..settings import TargetRules

OPTIONS = ("target.max-paths", "target.max-depth")
WHY = "GTO reads all folders of every tagged commit, and fails for all models if it can't."

# The characters of a path that a message shows.
SHOWN_CHARACTERS = 100


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        found = push.new.object if push.new is not None else None
        target = facts.targets.get(found.target) if found is not None else None
        if target is None or target.shape is None:
            continue
        problem = _problem(target.shape, facts.settings.target)
        if problem:
            text, key = problem
            yield Breach(f"the commit {short_id(target.oid)} of {push.tag!r} {text}", push.ref, facts.model, key)


def _problem(shape: Shape, bounds: TargetRules) -> tuple[str, str | None] | None:
    """What is wrong with the tree, to follow "the commit …", and the policy key that governs it; None if valid."""
    if shape.defect:
        return f"can't be read by GTO: {_folder(shape.where)} {shape.defect}", "rules.target-tree"
    if shape.depth > bounds.max_depth:
        return f"has folders nested more than {bounds.max_depth} deep", "target.max-depth"
    if shape.paths > bounds.max_paths or not shape.whole:
        return f"has more than {bounds.max_paths:,} files and folders, counted by path", "target.max-paths"
    return None


def _folder(where: bytes) -> str:
    if not where:
        return "its root folder"
    path = where.decode("utf-8", "surrogateescape")
    return f"its folder {quoted(path[:SHOWN_CHARACTERS] + '…' if len(path) > SHOWN_CHARACTERS else path)}"


SMALL = "[target]\nmax-depth = 5\nmax-paths = 1000\n"
EXAMPLES = (
    accepted("a commit of a million files and folders", "churn@v1.0.0 on c1 paths 1000000"),
    accepted("folders nested 200 deep", "churn@v1.0.0 on c1 nested 200"),
    refused("folders nested deeper", "churn@v1.0.0 on c1 nested 201"),
    refused("more paths, even if few objects make up all of them", "churn@v1.0.0 on c1 paths 1000000000"),
    refused("an entry twice", "churn@v1.0.0 on c1 damaged has the entry 'data' twice"),
    refused("a policy that allows less", "churn@v1.0.0 on c1 nested 6", policy=SMALL),
)
