"""A repository that consists of examples' lines (`support.examples`), to be read as if it were one of Git's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from support.examples import Line, oid
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.answers import RawObject, TagRef, TreeEntry

MAIN = "refs/heads/main"
TIP = oid("the tip of main")


class InMemoryReader:
    """The `Reader` of what `standing` and `pushed` make up; `standing` alone has refs."""

    def __init__(self, standing: Sequence[Line], pushed: Sequence[Line], *, peels: bool = False) -> None:
        self._tags = {line.name: line.tag.oid for line in standing}
        self._peels = peels
        self._objects: dict[str, tuple[str, bytes]] = {}
        self._files: dict[str, dict[str, bytes | None]] = {}
        self._strays: set[str] = set()
        for line in [*standing, *pushed]:
            self._add(line)

    def _add(self, line: Line) -> None:
        target = line.target
        if line.raw is not None:
            self._objects[line.tag.oid] = "tag", line.raw
        if line.commit is not None:
            self._objects[target.oid] = "commit", line.commit
            tree = line.commit.split(b"\n", 1)[0].removeprefix(b"tree ").decode()
            entries = b"".join(b"100644 %b\0%b" % (path.encode(), bytes(20)) for path in target.files)
            self._objects[tree] = "tree", entries
            self._files[target.oid] = dict(target.files)
            if not all(target.on_branches.values()):
                self._strays.add(target.oid)
        elif target.type is not None:
            self._objects[target.oid] = target.type, b""

    def prepare(self, *, models: Sequence[str] = (), refs: Sequence[str] = ()) -> None:
        pass

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        return {
            model: [tag for tag in self.all_tags() if tag.name.startswith((f"{model}@", f"{model}#"))]
            for model in models
        }

    def peeled(self, tags: Sequence[TagRef]) -> dict[str, str]:
        if not self._peels:
            return {}
        objects = {tag.oid: self._objects[tag.oid] for tag in tags if tag.oid in self._objects}
        return {oid: raw[7:47].decode() for oid, (kind, raw) in objects.items() if kind == "tag"}

    def all_tags(self) -> list[TagRef]:
        return [TagRef(name, oid) for name, oid in self._tags.items()]

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        return {ref: oid for ref, oid in self.refs_under("refs/") if ref in refs}

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        refs = [(MAIN, TIP), *((f"refs/tags/{name}", oid) for name, oid in self._tags.items())]
        return [(ref, oid) for ref, oid in refs if ref.startswith(prefix)]

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        for one in oids:
            kind, raw = self._objects.get(one, (None, b""))
            yield RawObject(one, kind, len(raw), raw[:limit] if kind == content_of else b"")

    def files(self, wanted: Sequence[tuple[str, str]], *, limit: int) -> list[bytes | None]:
        return [self._files.get(commit, {}).get(path) for commit, path in wanted]

    def entry(self, treeish: str, path: str, *, limit: int) -> TreeEntry | None:
        data = self._files.get(treeish, {}).get(path)
        return None if data is None else TreeEntry("file", oid(path), len(data), data[:limit])

    def not_contained(self, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
        return self._strays.intersection(commits)

    def resolve(self, revision: str) -> str | None:
        return self.existing([revision]).get(revision)

    def head(self) -> str | None:
        return MAIN

    def head_commit(self) -> str | None:
        return TIP

    def close(self) -> None:
        pass


def updates_of(standing: Sequence[Line], pushed: Sequence[Line]) -> list[RefUpdate]:
    """What a hook is told of the push."""
    there = {line.name: line.tag.oid for line in standing}
    return [
        RefUpdate(there.get(line.name), None if line.change == "delete" else line.tag.oid, f"refs/tags/{line.name}")
        for line in pushed
    ]
