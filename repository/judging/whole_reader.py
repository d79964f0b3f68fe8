"""A reader for commands that read all tags of a repository."""

from __future__ import annotations

from ...policy.grammar.names import REPLACEMENTS, TAGS
from ..git.objects import TagRef
from ..git.program import GitProgram
from ..git.trees.walk import TreeWalk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Literal

    from ..git.cat_file import ObjectReader
    from ..git.command import Git
    from ..git.objects import RawObject
    from ..git.refs.loose import LooseRefs

    # Called with the number of tags read so far, and the number of all tags.
    Progress = Callable[[int, int], None]


class WholeReader(GitProgram):
    """Lists all tags, the replacements (refs/replace/*) and the refs first asked for in one process of Git.

    It remembers files that are missing, and reports the number of tags read to `progress`.
    """

    def __init__(self, git: Git, progress: Progress | None = None, objects: ObjectReader | None = None) -> None:
        super().__init__(git, objects)
        self.walk = TreeWalk(self, bounded=False)
        self._progress = progress
        self._tags: list[TagRef] | None = None
        self._replacements: list[tuple[str, str]] = []
        # The ids of other refs, None for those that don't exist.
        self._others: dict[str, str | None] = {}
        self._read = 0
        self._absent: set[tuple[str, str]] = set()

    def all_tags(self) -> list[TagRef]:
        return self._listed([])

    def replacements(self) -> list[tuple[str, str]]:
        """The refs under refs/replace/, each with its id."""
        self._listed([])
        return self._replacements

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        others = [ref for ref in refs if not ref.startswith((TAGS, REPLACEMENTS))]
        self._listed(others)
        unknown = [ref for ref in refs if ref not in self._others]
        if unknown:
            found = super().existing(unknown)
            self._others.update((ref, found.get(ref)) for ref in unknown)
        return {ref: oid for ref in refs if (oid := self._others[ref]) is not None}

    def _listed(self, others: Sequence[str]) -> list[TagRef]:
        """The tags. If they were not listed yet, the refs `others` are listed with them."""
        if self._tags is None:
            prefixes = [self._namespace + prefix for prefix in (TAGS, REPLACEMENTS)]

            def look(loose: LooseRefs) -> dict[str, str | None]:
                under = {ref: oid for prefix in prefixes for ref, oid in loose.under(prefix).items()}
                return {**under, **self._look_for_refs(others)(loose)}

            found = dict(self._list([*prefixes, *self._patterns_of_refs(others)], look))
            self._others.update((ref, found.get(ref)) for ref in others)
            self._replacements = [one for one in found.items() if one[0].startswith(REPLACEMENTS)]
            self._tags = [TagRef(ref[len(TAGS) :], oid) for ref, oid in found.items() if ref.startswith(TAGS)]
        return self._tags

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        wanted = list(oids)
        yield from super().objects(wanted, limit=limit, content_of=content_of)
        if content_of == "tag":
            self._tell(len(wanted))

    def files(self, wanted: Sequence[tuple[str, str]], *, limit: int) -> list[bytes | None]:
        asked = [each for each in wanted if each not in self._absent]
        found = dict(zip(asked, super().files(asked, limit=limit), strict=True))
        self._absent.update(each for each, content in found.items() if content is None)
        return [found.get(each) for each in wanted]

    def _tell(self, read: int) -> None:
        self._read += read
        if self._progress is not None:
            self._progress(self._read, len(self.all_tags()))
