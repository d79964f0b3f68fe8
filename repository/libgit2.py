"""Reads objects and files through libgit2, for a process that lives long enough to repay its import.

libgit2 is believed when it has something, never when it has not: it reads no
more than packs (see `opening`), and not every alternate that Git sees. So
whatever it misses is asked of Git. Refs are Git's alone: libgit2 reads them
all to find a few, and knows no reftable. So is ancestry: libgit2 passes over
GIT_SHALLOW_FILE, with which a push from a shallow clone comes.
"""

from __future__ import annotations

import pygit2

from .answers import RawObject
from .git_objects import READ_OVER_BYTES
from .git_program import GitProgram
from .git_trees import checked_path
from .object_ids import are_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Literal

    from .answers import TagRef, TreeEntry
    from .git_command import Git

# git_object_t of libgit2: the numbers that Git writes into packs (gitformat-pack(5)).
_TYPES = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
# What pygit2 raises where libgit2 fails, and for a path that it can't encode.
_FAILURES = (pygit2.GitError, KeyError, ValueError)
_FOLDER, _SUBMODULE = 0o040000, 0o160000
# What libgit2 misses among so many objects is asked of Git together.
_TOGETHER = 50


class LibGit2:
    """The `Reader` on an opened pygit2 repository, with Git beside it."""

    def __init__(self, repository: pygit2.Repository, git: Git) -> None:
        self._repository = repository
        self._git = GitProgram(git)
        self.git = git

    def prepare(self, *, models: Sequence[str] = (), refs: Sequence[str] = ()) -> None:
        self._git.prepare(models=models, refs=refs)

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        return self._git.tags_of(models)

    def peeled(self, tags: Sequence[TagRef]) -> dict[str, str]:
        return self._git.peeled(tags)

    def all_tags(self) -> list[TagRef]:
        return self._git.all_tags()

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        return self._git.existing(refs)

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        return self._git.refs_under(prefix)

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        if content_of != "tag":
            yield from self._git.objects(oids, limit=limit, content_of=content_of)
            return
        waiting: list[str] = []
        for oid in oids:
            waiting.append(oid)
            if len(waiting) == _TOGETHER:
                yield from self._objects_together(waiting, limit)
                waiting = []
        yield from self._objects_together(waiting, limit)

    def files(self, wanted: Sequence[tuple[str, str]], *, limit: int) -> list[bytes | None]:
        found: list[bytes | None] = []
        missed: list[int] = []
        for treeish, path in wanted:
            sure, content = self._file(treeish, checked_path(path), limit)
            if not sure:
                missed.append(len(found))
            found.append(content)
        answers = self._git.files([wanted[place] for place in missed], limit=limit)
        for place, content in zip(missed, answers, strict=True):
            found[place] = content
        return found

    def entry(self, treeish: str, path: str, *, limit: int) -> TreeEntry | None:
        return self._git.entry(treeish, path, limit=limit)

    def not_contained(self, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
        return self._git.not_contained(commits, tips)

    def resolve(self, revision: str) -> str | None:
        return self._git.resolve(revision)

    def head(self) -> str | None:
        return self._git.head()

    def head_commit(self) -> str | None:
        return self._git.head_commit()

    def close(self) -> None:
        self._git.close()
        self._repository.free()

    def _objects_together(self, oids: list[str], limit: int) -> Iterator[RawObject]:
        found = [self._object(oid, limit) for oid in oids]
        missed = [oid for oid, known in zip(oids, found, strict=True) if known is None]
        answers = self._git.objects(missed, limit=limit)
        for known in found:
            yield known if known is not None else next(answers)

    def _object(self, oid: str, limit: int) -> RawObject | None:
        """The object if libgit2 has it and it need not be read piece by piece."""
        if not are_ids([oid]):
            return None
        try:
            number, size = self._repository.odb.read_header(oid)
            kind = _TYPES[number]
            if kind != "tag" or limit == 0:
                return RawObject(oid, kind, size, b"")
            if size > limit + READ_OVER_BYTES:
                return None
            return RawObject(oid, kind, size, self._repository.odb.read(oid)[1][:limit])
        except _FAILURES:
            return None

    def _file(self, treeish: str, path: str, limit: int) -> tuple[bool, bytes | None]:
        """Whether libgit2 is sure, and the content of the file at this path if there is one.

        Sure of an absence is only who has read every folder on the way.
        """
        *folders, name = path.split("/")
        try:
            tree = self._repository[treeish].peel(pygit2.Tree)
            for folder in folders:
                if folder not in tree:
                    return True, None
                inner = tree[folder]
                if not isinstance(inner, pygit2.Tree):
                    return True, None
                tree = inner
            if name not in tree or tree[name].filemode in (_FOLDER, _SUBMODULE):
                return True, None
            oid = tree[name].id
            size = self._repository.odb.read_header(oid)[1]
            if limit and size > limit + READ_OVER_BYTES:
                return False, None
            return True, self._repository.odb.read(oid)[1][:limit] if limit else b""
        except _FAILURES:
            return False, None
