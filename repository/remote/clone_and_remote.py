"""Reads a remote and a clone as one repository, together with a tag object that is not stored anywhere."""

from __future__ import annotations

from ...policy.grammar.names import HEADS, TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ..git.objects import RawObject, TagRef
from ..git.program import GitProgram
from .reader import RemoteReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Literal

    from ..git.command import Git
    from .remote import Listing


class CloneAndRemoteReader(RemoteReader):
    """A `Reader` of the remote's tags and branches together with this clone's own.

    If both have a ref, a tag is the remote's, because tags on a remote don't change, and a branch is the clone's, as it
    will be after a push. Without `own_tags` only the remote's tags count: tags that only the clone has may have been
    refused.
    """

    def __init__(
        self,
        git: Git,
        listing: Listing | None,
        *,
        remote: str | None,
        own_tags: bool = True,
        fetch_history: Callable[[], Git] | None = None,
    ) -> None:
        super().__init__(git, listing, remote=remote, fetch_history=fetch_history)
        self._own_tags = own_tags or listing is None
        self._clone = GitProgram(git)
        self._unstored: dict[str, bytes] = {}

    def add_object(self, oid: str, raw: bytes) -> None:
        """Let `objects` return the tag object `raw`, which is not stored in the repository, for the id `oid`."""
        self._unstored[oid] = raw

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        theirs = super().tags_of(models)
        if not self._own_tags:
            return theirs
        ours = self._clone.tags_of(models)
        return {model: _joined(ours[model], theirs[model]) for model in models}

    def all_tags(self) -> list[TagRef]:
        return _joined(self._clone.all_tags() if self._own_tags else (), super().all_tags())

    def only_here(self, model: str) -> dict[str, str]:
        """The tags of `model`, by name, that the remote does not have, or has with another id; none without a listing.

        Near misses don't count.
        """
        if self._listing is None:
            return {}
        ours = [tag for tag in self._clone.tags_of([model])[model] if isinstance(parse_tag_name(tag.name), TagName)]
        return {tag.name: tag.oid for tag in ours if self._listing.tags.get(tag.name) != tag.oid}

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        ours = refs if self._own_tags else [ref for ref in refs if not ref.startswith(TAGS)]
        return {**self._clone.existing(ours), **super().existing(refs)}

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        theirs = super().refs_under(prefix)
        if prefix != HEADS:
            return theirs
        return list({**dict(theirs), **dict(self._clone.refs_under(HEADS))}.items())

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        wanted = list(oids)
        stored = super().objects(
            [oid for oid in wanted if oid not in self._unstored], limit=limit, content_of=content_of
        )
        for oid in wanted:
            raw = self._unstored.get(oid)
            yield next(stored) if raw is None else RawObject(oid, "tag", len(raw), raw[:limit])
        next(stored, None)

    def close(self) -> None:
        self._clone.close()
        super().close()


def _joined(ours: Iterable[TagRef], theirs: Iterable[TagRef]) -> list[TagRef]:
    return list({tag.name: tag for tag in (*ours, *theirs)}.values())
