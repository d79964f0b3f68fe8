"""Reads tags through libgit2, as the consumers of the registry do: GTO, scmrepo and DVC Studio.

Our own parsers say what is wrong with a tag, a commit or a tree. Here the
library itself reads them, to find what it can't read, or reads differently.
"""

from __future__ import annotations

import pygit2
from pygit2.enums import RepositoryOpenFlag

from ...policy.record import Record
from ..git.extra_environment import object_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from ...policy.objects.commit_object import Commit
    from ...policy.push import Tag
    from ..git.command import Git

# Bytes that are not UTF-8 raise a ValueError, a missing object a KeyError; the `tagger` of a tag without one is None,
# which raises an AttributeError.
WHAT_LIBGIT2_RAISES = (pygit2.GitError, KeyError, ValueError, OverflowError, AttributeError)


# The rules that should have objected to what libgit2 can't read.
RULES_ON_READING = ("tag-object", "target-commit", "target-tree")

# How many commits, and how many trees, are remembered as checked; each takes some 100 bytes.
MOST_REMEMBERED = 500_000

# Small, because nothing is read twice here; by default, libgit2 caches up to 256 MiB of parsed objects.
LIBRARY_CACHE_BYTES = 16 * 1024 * 1024


class Difference(Record):
    """`rule` is the rule that should have refused the tag; `why` completes "GTO's own library (libgit2) …"."""

    rule: str
    why: str


class ConsumerView:
    """One repository, as libgit2 reads it. Each commit and tree is checked only once."""

    def __init__(self, repository: pygit2.Repository) -> None:
        self._repository = repository
        self._commits: dict[bytes, str | None] = {}
        self._trees: set[bytes] = set()

    def difference(
        self, tag: Tag, commit: Commit | None, rules: Collection[str] = RULES_ON_READING
    ) -> Difference | None:
        """What libgit2 can't read, or reads differently, of `tag`, its `commit` or the commit's tree; None if nothing.

        Only the objects that `rules` are about are checked, and only annotated tags of commits: GTO ignores
        lightweight tags.
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
        """Read every tree below `root` that was not checked before. Raises WHAT_LIBGIT2_RAISES if one can't be read."""
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
        # Only now: a tree is fine only if everything below it is.
        self._trees |= entered


def open_consumer_view(git: Git) -> ConsumerView | str:
    """The view of the repository of `git`; if libgit2 can't open it, a sentence that says why."""
    # Partial clones are safe: Git has fetched the objects before. Never allow "refstorage": libgit2 would open a
    # reftable repository, and see no refs in it.
    pygit2.settings.set_extensions(["partialclone"])
    # Git has already checked whether this user may read the repository (safe.directory).
    pygit2.settings.owner_validation = False
    pygit2.settings.cache_max_size(LIBRARY_CACHE_BYTES)
    try:
        flags = RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.NO_DOTGIT
        repository = pygit2.Repository(git.folder(), flags)
        # Objects that were fetched for judging are in folders outside the repository.
        for folder in object_folders(git.user_environment):
            repository.odb.add_disk_alternate(folder)
        return ConsumerView(repository)
    except WHAT_LIBGIT2_RAISES as error:
        return f"GTO's own library (libgit2) can't open this repository, so it was not asked: {_words(error)}"


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error)
