"""What was archived of the approvals of tags that stand, read from where it was put."""

from __future__ import annotations

from ...policy.approvals.refs import read_ref
from ...policy.errors import CannotJudge
from ...policy.record import Record
from .bundle import digest_of, objects_in_bundle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Literal

    from ..git.command import Git
    from ..git.objects import RawObject
    from .standing import RefReader


class Archive(Record):
    """A bundle of evidence, from `line` of the push log: its place, its digest, and the objects of its refs."""

    line: int
    file: str
    sha256: str
    refs: Mapping[str, str]

    def problem(self) -> str | None:
        """Why the file can't be read as what it was; None where it is just that."""
        try:
            return None if digest_of(self.file) == self.sha256 else "it is not as it was written"
        except OSError as error:
            return f"it can't be read: {error.strerror}"


class ArchivedEvidence:
    """What the archives of one repository hold. Nothing is unpacked before it is asked for."""

    def __init__(self, git: Git, archives: Sequence[Archive]) -> None:
        self._git = git
        self._archives = archives
        self._objects: dict[str, RawObject] | None = None
        # Where something was asked for that is not to be had: what keeps it from being read.
        self.notes: list[str] = []
        self._refs: dict[str, dict[str, str]] = {}
        for archive in archives:
            for ref, oid in archive.refs.items():
                self._refs.setdefault(_tag_of(ref), {})[ref] = oid

    def beside(self, reader: RefReader) -> WithArchives:
        """The refs and objects of `reader`, and what is archived besides."""
        return WithArchives(reader, self)

    def refs_of(self, tag: str) -> Mapping[str, str]:
        """The archived refs about the tag object with the id `tag`, with what they named."""
        return self._refs.get(tag, {})

    def refs_under(self, prefix: str) -> dict[str, str]:
        """The archived refs whose names begin so."""
        tag = _tag_of(f"{prefix}-")
        groups = [self.refs_of(tag)] if tag else self._refs.values()
        return {ref: oid for group in groups for ref, oid in group.items() if ref.startswith(prefix)}

    def instead_of(self, raw: RawObject) -> RawObject:
        """The archived object, where the repository has none; else what was there."""
        return raw if raw.type is not None else self._unpacked().get(raw.oid, raw)

    def _unpacked(self) -> Mapping[str, RawObject]:
        """The objects of all archives that are where they were put, as they were written, by their ids."""
        if self._objects is None:
            self._objects = {}
            for archive in self._archives:
                if (problem := archive.problem()) is None:
                    self._objects.update(self._objects_of(archive))
                else:
                    self.notes.append(f"the archive of approvals {archive.file!r} is not at hand: {problem}")
        return self._objects

    def _objects_of(self, archive: Archive) -> dict[str, RawObject]:
        try:
            return objects_in_bundle(self._git, archive.file, set(archive.refs.values()))
        except (CannotJudge, OSError):
            return {}  # what it was to tell is then not known, which whoever asks says


class WithArchives:
    """A `RefReader` of a repository in which what was archived is still in its place."""

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
        # Git keeps what no ref names for a while, so the archives need not be opened at once.
        for raw in list(self._reader.objects(oids, limit=limit, content_of=content_of)):
            yield self._archived.instead_of(raw)

    def lacks(self, tag: str) -> bool:
        """Whether evidence of the tag object with the id `tag` was archived, and is not to be had any more."""
        archived = self._archived.refs_of(tag)
        return any(raw.type is None for raw in self.objects(sorted(set(archived.values())), limit=0))


def _tag_of(ref: str) -> str:
    """The id of the tag object that a ref is about; "" for a ref of another kind."""
    name = read_ref(ref)
    return name.tag if name is not None else ""
