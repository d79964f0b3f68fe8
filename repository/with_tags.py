"""A repository as it would look with other tags in it than it has."""

from __future__ import annotations

from .git_program import GitProgram
from .reader import RawObject, TagRef

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .git_command import Git

TAGS = "refs/tags/"
HEADS = "refs/heads/"


class WithTags(GitProgram):
    """A reader that adds `tags` (by model) to the repository's own and knows one object that is not stored.

    Where both name a tag, `tags` count: they are a remote's. `branches` stand
    in for the repository's own branches, None leaves those.
    """

    def __init__(
        self, git: Git, tags: Mapping[str, list[TagRef]], *, branches: Sequence[tuple[str, str]] | None = None
    ) -> None:
        super().__init__(git)
        self._tags = tags
        self._branches = branches
        self._unstored: dict[str, bytes] = {}

    def add_object(self, oid: str, raw: bytes) -> None:
        """Makes a tag object known that is not in the repository."""
        self._unstored[oid] = raw

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        found = super().tags_of(models)
        return {model: _joined(found[model], self._tags.get(model, ())) for model in models}

    def all_tags(self) -> list[TagRef]:
        return _joined(super().all_tags(), [tag for tags in self._tags.values() for tag in tags])

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        wanted = set(refs)
        theirs = {TAGS + tag.name: tag.oid for tags in self._tags.values() for tag in tags}
        return {**super().existing(refs), **{ref: oid for ref, oid in theirs.items() if ref in wanted}}

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        if prefix == HEADS and self._branches is not None:
            return list(self._branches)
        return super().refs_under(prefix)

    def objects(self, oids: Iterable[str], *, limit: int) -> Iterator[RawObject]:
        wanted = list(oids)
        stored = super().objects([oid for oid in wanted if oid not in self._unstored], limit=limit)
        for oid in wanted:
            raw = self._unstored.get(oid)
            yield next(stored) if raw is None else RawObject(oid, "tag", len(raw), raw[:limit])
        next(stored, None)


def _joined(ours: Iterable[TagRef], theirs: Iterable[TagRef]) -> list[TagRef]:
    return list({tag.name: tag for tag in (*ours, *theirs)}.values())
