"""What those see who use the registry: GTO, scmrepo and DVC Studio read it through libgit2, and so does this.

Our own parsers say what is wrong with a tag, a commit or a tree. This asks the
library itself, and reports what it can't read, or reads otherwise, where our
own reading saw nothing wrong.
"""

from __future__ import annotations

import pygit2
from pygit2.enums import RepositoryOpenFlag

from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.objects.commit_object import Commit
    from ...policy.push import Tag
    from ..git.command import Git

# UnicodeDecodeError is a ValueError, a missing object a KeyError; a tag without a tagger has None for it.
WHAT_LIBGIT2_RAISES = (pygit2.GitError, KeyError, ValueError, OverflowError, AttributeError)


class Difference(Record):
    """`rule` is the one that should have objected, `why` completes "GTO's own library (libgit2) …"."""

    rule: str
    why: str


class ConsumerView:
    """One repository, as libgit2 opens it. Commits and trees are looked at once, however many tags lead to them."""

    def __init__(self, repository: pygit2.Repository) -> None:
        self._repository = repository
        self._commits: dict[str, Difference | None] = {}
        self._trees: set[bytes] = set()

    def difference(self, tag: Tag, commit: Commit | None) -> Difference | None:
        """What libgit2 can't read of `tag`, its `commit` or the commit's tree, or reads otherwise; None for nothing.

        Only annotated tags on a commit are looked at: GTO passes over lightweight ones.
        """
        if tag.object is None or commit is None:
            return None
        try:
            why = self._of_tag(tag)
        except WHAT_LIBGIT2_RAISES as error:
            why = f"can't read the tag object: {_words(error)}"
        if why is not None:
            return Difference("tag-object", why)
        target = tag.object.target
        if target not in self._commits:
            self._commits[target] = self._of_commit(target, commit)
        return self._commits[target]

    def _of_tag(self, tag: Tag) -> str | None:
        ours = tag.object
        found = self._repository[tag.oid].peel(pygit2.Tag)
        if ours is None:
            return None
        tagger = found.tagger
        read = (found.name, str(found.target), tagger.time)
        expected = (ours.name, ours.target, ours.tagger.time if ours.tagger else None)
        if read != expected:
            return f"reads name, target and time as {read}, and not as {expected}"
        found.message.strip()
        _ = tagger.name, tagger.email, tagger.offset
        return None

    def _of_commit(self, oid: str, ours: Commit) -> Difference | None:
        try:
            found = self._repository[oid].peel(pygit2.Commit)
            _ = found.author.name, found.committer.name, found.message
            read = (found.commit_time, str(found.tree_id))
            if read != (ours.time, ours.tree):
                return Difference(
                    "target-commit",
                    f"reads time and tree of the commit {oid} as {read}, not as {(ours.time, ours.tree)}",
                )
        except WHAT_LIBGIT2_RAISES as error:
            return Difference("target-commit", f"can't read the commit {oid}: {_words(error)}")
        try:
            self._walk(found.tree_id)
        except WHAT_LIBGIT2_RAISES as error:
            return Difference("target-tree", f"can't read the tree of the commit {oid}: {_words(error)}")
        return None

    def _walk(self, root: pygit2.Oid) -> None:
        left = [root]
        while left:
            oid = left.pop()
            if oid.raw in self._trees:
                continue
            for entry in self._repository[oid].peel(pygit2.Tree):
                if entry.type_str == "tree":
                    left.append(entry.id)
                _ = entry.name, entry.filemode
            self._trees.add(oid.raw)


def open_consumer_view(git: Git) -> ConsumerView | str:
    """The view on the repository of `git`; where libgit2 can't open that, a sentence that says why."""
    # Promised objects of a partial clone are asked of Git before. Never "refstorage": libgit2 would
    # then open a reftable repository and see no refs in it.
    pygit2.settings.set_extensions(["partialclone"])
    try:
        flags = RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.NO_DOTGIT
        return ConsumerView(pygit2.Repository(git.folder(), flags))
    except WHAT_LIBGIT2_RAISES as error:
        return f"GTO's own library (libgit2) can't open this repository, so it was not asked: {_words(error)}"


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error)
