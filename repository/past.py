"""The tags of a repository as they were at an earlier moment.

As far as the server's push log reaches back, it decides, by the time at which
tags landed. Otherwise the date in each tag decides, and tags that were moved or
deleted since are unknown.
"""

from __future__ import annotations

from ..policy.grammar.names import TAGS, model_of_ref
from ..policy.objects.tag_object import parse_tag_object
from ..policy.record import Record
from ..policy.wording import some_of
from .git.objects import TagRef
from .registry import TAG_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Literal

    from .git.objects import RawObject
    from .git.reader import TagReader


class LoggedTag(Record):
    """A tag at some moment, according to the push log.

    `oid` is None if it did not exist. `moved_later`: a later line of the log is about it, too.
    """

    oid: str | None
    moved_later: bool


class PastTags:
    """A `TagReader` of the model tags that existed at `moment`, in seconds since the epoch.

    `logged` are the tags in the push log, by name. `by_dates`: the log does not reach back to `moment`; it then only
    says which tags existed when it began, and their own dates decide which of them existed at `moment`.
    """

    def __init__(
        self, reader: TagReader, moment: int, logged: Mapping[str, LoggedTag] = {}, *, by_dates: bool = True
    ) -> None:
        self._reader = reader
        self._moment = moment
        self._logged = logged
        self._by_dates = by_dates
        self._lost: set[str] = set()
        self._unexplained: set[str] = set()

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        now = self._reader.tags_of(models)
        return {
            model: self._then(tags, [name for name in self._logged if model_of_ref(TAGS + name) == model])
            for model, tags in now.items()
        }

    def all_tags(self) -> list[TagRef]:
        return self._then([tag for tag in self._reader.all_tags() if model_of_ref(TAGS + tag.name)], self._logged)

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        return self._reader.objects(oids, limit=limit, content_of=content_of)

    @property
    def lost(self) -> list[str]:
        """The names of the tags, among those asked for, that existed then, but whose objects Git has pruned since."""
        return sorted(self._lost)

    @property
    def notes(self) -> list[str]:
        """Sentences on what is unknown about the tags that were asked for."""
        notes = []
        if self._lost:
            notes.append(
                f"{some_of(map(repr, self.lost))} existed then; it was deleted or moved since, and Git has pruned the "
                "object, so what it did is missing here"
            )
        if self._unexplained:
            notes.append(
                f"{some_of(map(repr, sorted(self._unexplained)))} was changed without passing the hook; when is not "
                "known, so it is taken as the push log has it"
            )
        return notes

    def _then(self, now: Sequence[TagRef], logged: Iterable[str]) -> list[TagRef]:
        current = {tag.name: tag.oid for tag in now}
        then = dict(current)
        dated = set(current)
        for name in logged:
            oid, moved_later = self._logged[name]
            if not moved_later and oid != current.get(name) and not self._by_dates:
                self._unexplained.add(name)
            if oid is None:
                then.pop(name, None)
            else:
                then[name] = oid
                dated.add(name)
            if not self._by_dates:
                dated.discard(name)
        self._lost |= self._missing({name: oid for name, oid in then.items() if current.get(name) != oid})
        late = self._dated_later([(name, oid) for name, oid in then.items() if name in dated])
        return [TagRef(name, oid) for name, oid in then.items() if name not in late]

    def _missing(self, tags: Mapping[str, str]) -> set[str]:
        found = self._reader.objects(tags.values(), limit=0)
        return {name for name, one in zip(tags, found, strict=False) if one.type is None}

    def _dated_later(self, tags: Sequence[tuple[str, str]]) -> set[str]:
        """The names of the (name, id) tags dated after the moment, or without a date, which the registry ignores."""
        late = set()
        found = self._reader.objects([oid for _, oid in tags], limit=TAG_BYTES)
        for (name, _), one in zip(tags, found, strict=False):
            tag = parse_tag_object(one.data, one.size) if one.type == "tag" else None
            if name not in self._lost and (tag is None or tag.tagger is None or tag.tagger.time > self._moment):
                late.add(name)
        return late
