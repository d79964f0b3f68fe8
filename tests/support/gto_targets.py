"""Reads single commits and trees like GTO, but without a registry around them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pygit2
from scmrepo.git import Git

from support.tag_objects import raw_tag
from tagwarden.policy.objects.commit_object import parse_commit
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Tag
from tagwarden.repository.judging.consumer_view import ConsumerView, Difference

TYPES = {
    "tag": pygit2.enums.ObjectType.TAG,
    "commit": pygit2.enums.ObjectType.COMMIT,
    "tree": pygit2.enums.ObjectType.TREE,
}


class ReadCommit(NamedTuple):
    """What GTO reads from a commit."""

    time: int
    date: datetime.datetime
    message: str


class Oracle:
    """A repository for objects that GTO's reader then reads.

    Its methods raise the exceptions that make GTO fail.
    """

    def __init__(self, path: Path) -> None:
        self.repository = pygit2.init_repository(str(path), bare=True)
        self.view = ConsumerView(self.repository)
        self._scm = Git(str(path))
        self.blob = str(self.repository.create_blob(b"hello"))

    def write(self, kind: str, raw: bytes) -> str:
        """Store an object, valid or not; returns its id."""
        return str(self.repository.odb.write(TYPES[kind], raw))

    def commit(self, oid: str) -> ReadCommit:
        """Read a commit like `EnrichmentManager.update_state` (gto/index.py)."""
        found = self._scm.resolve_commit(oid)
        assert all(isinstance(text, str) for text in (found.author_name, found.committer_email))
        return ReadCommit(found.commit_time, found.commit_datetime, found.message)

    def paths(self, tree: str) -> set[tuple[str, ...]]:
        """All paths below a tree, read like `RepoIndexManager.get_commit_index` does (scmrepo/git/objects.py)."""
        return {tuple(key) for key in self._scm.get_fs(self.commit_of(tree)).trie.trie.keys() if key}  # noqa: SIM118 -- no dict

    def commit_of(self, tree: str) -> str:
        """Make a commit with the root folder `tree`; returns its id."""
        who = b"A <a@b> 1 +0000"
        return self.write("commit", b"tree %b\nauthor %b\ncommitter %b\n\nm" % (tree.encode(), who, who))

    def difference(self, commit: str) -> Difference | None:
        """The problem that the consumer's view finds with a tag on this commit, in which we found none."""
        raw = raw_tag(object=commit, tag="m@v1.0.0")
        tag = Tag("m@v1.0.0", self.write("tag", raw), "tag", parse_tag_object(raw))
        return self.view.difference(tag, parse_commit(self.repository.odb.read(commit)[1]))

    def close(self) -> None:
        self._scm.close()


@contextmanager
def oracle_in(path: Path) -> Iterator[Oracle]:
    oracle = Oracle(path)
    try:
        yield oracle
    finally:
        oracle.close()
