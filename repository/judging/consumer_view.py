"""What those see who use the registry: GTO, scmrepo and DVC Studio read it through libgit2, and so does this.

Our own parsers say what is wrong with a tag, a commit or a tree. This asks the
library itself, and reports what it can't read, or reads otherwise, where our
own reading saw nothing wrong.
"""

from __future__ import annotations

import pygit2
from pygit2.enums import RepositoryOpenFlag

from ...policy.record import Record
from ..git.handed_over import object_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from ...policy.objects.commit_object import Commit
    from ...policy.push import Tag
    from ..git.command import Git

# UnicodeDecodeError is a ValueError, a missing object a KeyError; a tag without a tagger has None for it.
WHAT_LIBGIT2_RAISES = (pygit2.GitError, KeyError, ValueError, OverflowError, AttributeError)


# The rules that should have objected to what libgit2 can't read.
RULES_ON_READING = ("tag-object", "target-commit", "target-tree")

# Of so many commits, and of so many trees, is remembered that nothing is wrong with them; each takes some 100 bytes.
MOST_REMEMBERED = 500_000

# libgit2 keeps up to 256 MiB of what it has parsed. Here nothing is looked at twice.
LIBRARY_CACHE_BYTES = 16 * 1024 * 1024


class Difference(Record):
    """`rule` is the one that should have objected, `why` completes "GTO's own library (libgit2) …"."""

    rule: str
    why: str


class ConsumerView:
    """One repository, as libgit2 opens it. Commits and trees are looked at once, however many tags lead to them."""

    def __init__(self, repository: pygit2.Repository) -> None:
        self._repository = repository
        self._commits: dict[bytes, str | None] = {}
        self._trees: set[bytes] = set()

    def difference(
        self, tag: Tag, commit: Commit | None, rules: Collection[str] = RULES_ON_READING
    ) -> Difference | None:
        """What libgit2 can't read of `tag`, its `commit` or the commit's tree, or reads otherwise; None for nothing.

        Only what one of `rules` is about is looked at, and only annotated tags
        on a commit: GTO passes over lightweight ones.
        """
        if tag.object is None or commit is None:
            return None
        if "tag-object" in rules and (why := self._of_tag(tag)):
            return Difference("tag-object", why)
        if "target-commit" in rules and (why := self._of_commit(tag.object.target, commit)):
            return Difference("target-commit", why)
        if "target-tree" in rules and (why := self._of_tree(commit.tree)):
            return Difference("target-tree", f"can't read the tree of the commit {tag.object.target}: {why}")
        return None

    def _of_tag(self, tag: Tag) -> str | None:
        try:
            return self._otherwise_read(tag)
        except WHAT_LIBGIT2_RAISES as error:
            return f"can't read the tag object: {_words(error)}"

    def _otherwise_read(self, tag: Tag) -> str | None:
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

    def _of_commit(self, oid: str, ours: Commit) -> str | None:
        key = bytes.fromhex(oid)
        if key not in self._commits:
            if len(self._commits) >= MOST_REMEMBERED:
                self._commits.clear()
            self._commits[key] = self._look_at_commit(oid, ours)
        return self._commits[key]

    def _look_at_commit(self, oid: str, ours: Commit) -> str | None:
        try:
            found = self._repository[oid].peel(pygit2.Commit)
            _ = found.author.name, found.committer.name, found.message
            read = (found.commit_time, str(found.tree_id))
        except WHAT_LIBGIT2_RAISES as error:
            return f"can't read the commit {oid}: {_words(error)}"
        if read != (ours.time, ours.tree):
            return f"reads time and tree of the commit {oid} as {read}, not as {(ours.time, ours.tree)}"
        return None

    def _of_tree(self, root: str) -> str | None:
        if len(self._trees) >= MOST_REMEMBERED:
            self._trees.clear()
        try:
            self._walk(root)
        except WHAT_LIBGIT2_RAISES as error:
            return _words(error)
        return None

    def _walk(self, root: str) -> None:
        """Look at each tree below `root` that was not looked at before; one that can't be read is asked again."""
        left = [bytes.fromhex(root)]
        entered: set[bytes] = set()
        while left:
            oid = left.pop()
            if oid in self._trees or oid in entered:
                continue
            entered.add(oid)
            for entry in self._repository[pygit2.Oid(raw=oid)].peel(pygit2.Tree):
                if entry.type_str == "tree":
                    left.append(entry.id.raw)
                _ = entry.name, entry.filemode
        # Only now: a tree is fine where all that is below it is.
        self._trees |= entered


def open_consumer_view(git: Git) -> ConsumerView | str:
    """The view on the repository of `git`; where libgit2 can't open that, a sentence that says why."""
    # Promised objects of a partial clone are asked of Git before. Never "refstorage": libgit2 would
    # then open a reftable repository and see no refs in it.
    pygit2.settings.set_extensions(["partialclone"])
    # Whether it may be read at all, Git has decided before.
    pygit2.settings.owner_validation = False
    pygit2.settings.cache_max_size(LIBRARY_CACHE_BYTES)
    try:
        flags = RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.NO_DOTGIT
        repository = pygit2.Repository(git.folder(), flags)
        # What was fetched to be judged lies beside the repository.
        for folder in object_folders(git.user_environment):
            repository.odb.add_disk_alternate(folder)
        return ConsumerView(repository)
    except WHAT_LIBGIT2_RAISES as error:
        return f"GTO's own library (libgit2) can't open this repository, so it was not asked: {_words(error)}"


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error)
