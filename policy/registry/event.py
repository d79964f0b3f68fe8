"""Events: what the registry reads from model tags, one from each."""

from __future__ import annotations

from ..grammar.tag_name import TagName, parse_tag_name
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..push import Tag


class Event(Record):
    """A model tag that the registry reads. `time` is in seconds since the epoch."""

    tag: str
    name: TagName
    commit: str
    time: int


def read_event(tag: Tag, name: TagName) -> Event | None:
    """The event that GTO reads from `tag`, whose ref name is `name`, or None.

    None for lightweight and unreadable tags, for those on anything but a
    commit, and for those whose object bears another name than the ref.
    """
    found = tag.object
    if found is None or not found.readable or found.name != tag.name or found.target_type != "commit":
        return None
    return Event(tag.name, name, found.target, found.tagger.time if found.tagger else 0)


def events_of(tags: Iterable[Tag]) -> Iterator[Event]:
    """The events that GTO reads from these tags."""
    for tag in tags:
        name = parse_tag_name(tag.name)
        if isinstance(name, TagName) and (event := read_event(tag, name)):
            yield event
