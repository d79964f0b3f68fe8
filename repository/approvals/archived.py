"""Reads the proposals and approvals of existing tags that were archived in bundles."""

from __future__ import annotations

from ...policy.approvals.refs import read_ref
from ...policy.errors import CannotJudge
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Literal

    from ..git.command import Git
    from ..git.objects import RawObject
    from .in_refs import RefReader


class Archive(Record):
    """A bundle of proposals and approvals, as recorded in line number `line` of the push log.

    `file` is its path, `sha256` the digest that the file had when it was written, and `refs` maps each ref in it to the
    id of its object.
    """

    line: int
    file: str
    sha256: str
    refs: Mapping[str, str]

    def problem(self) -> str | None:
        """Why the file can't be used: it has changed, or can't be read; None if it is intact."""
        from .bundle import digest_of

        try:
            return None if digest_of(self.file) == self.sha256 else "it has changed since it was written"
        except OSError as error:
            return f"it can't be read: {error.strerror}"


class ArchivedEvidence:
    """The proposals and approvals in the archives of one repository. Bundles are unpacked only when needed."""

    def __init__(self, git: Git, archives: Sequence[Archive]) -> None:
        self._git = git
        self._archives = archives
        self._objects: dict[str, RawObject] | None = None
        # Which archives could not be read, and why; filled when an object is first asked for.
        self.notes: list[str] = []
        self._refs: dict[str, dict[str, str]] = {}
        for archive in archives:
            for ref, oid in archive.refs.items():
                self._refs.setdefault(_tag_of(ref), {})[ref] = oid

    def added_to(self, reader: RefReader) -> WithArchives:
        """A reader of the refs and objects of `reader` and of the archives."""
        return WithArchives(reader, self)

    def refs_of(self, tag: str) -> Mapping[str, str]:
        """The archived refs about the tag object with the id `tag`, each with the id that it named."""
        return self._refs.get(tag, {})

    def refs_under(self, prefix: str) -> dict[str, str]:
        """The archived refs whose full names begin with `prefix`, each with the id that it named."""
        tag = _tag_of(f"{prefix}-")
        groups = [self.refs_of(tag)] if tag else self._refs.values()
        return {ref: oid for group in groups for ref, oid in group.items() if ref.startswith(prefix)}

    def fill_in(self, raw: RawObject) -> RawObject:
        """The archived object with the same id if the repository does not have it; else `raw` itself."""
        return raw if raw.type is not None else self._unpacked().get(raw.oid, raw)

    def _unpacked(self) -> Mapping[str, RawObject]:
        """The objects of all intact archives, by id; notes the others."""
        if self._objects is None:
            self._objects = {}
            for archive in self._archives:
                if (problem := archive.problem()) is None:
                    self._objects.update(self._objects_of(archive))
                else:
                    self.notes.append(f"the archive of approvals {archive.file!r} can't be used: {problem}")
        return self._objects

    def _objects_of(self, archive: Archive) -> dict[str, RawObject]:
        from .bundle import objects_in_bundle

        try:
            return objects_in_bundle(self._git, archive.file, set(archive.refs.values()))
        except (CannotJudge, OSError):
            return {}  # the caller reports the objects as missing


class WithArchives:
    """A `RefReader` to which archived refs and objects look as if they were still in the repository."""

    def __init__(self, reader: RefReader, archived: ArchivedEvidence) -> None:
        self._reader = reader
        self._archived = archived

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        archived = {ref: oid for ref in refs if (oid := self._archived.refs_of(_tag_of(ref)).get(ref)) is not None}
        return archived | self._reader.existing(refs)

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        return list((self._archived.refs_under(prefix) | dict(self._reader.refs_under(prefix))).items())

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        # Git keeps unreachable objects for a while, so the repository may still have them.
        for raw in list(self._reader.objects(oids, limit=limit, content_of=content_of)):
            yield self._archived.fill_in(raw)

    def lacks(self, tag: str) -> bool:
        """Whether something about the tag object with the id `tag` was archived and can't be read any more."""
        archived = self._archived.refs_of(tag)
        return any(raw.type is None for raw in self.objects(sorted(set(archived.values())), limit=0))


def _tag_of(ref: str) -> str:
    """The id of the tag object that a proposal or approval is about; "" for any other ref."""
    name = read_ref(ref)
    return name.tag if name is not None else ""
