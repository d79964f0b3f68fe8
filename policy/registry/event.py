"""Events: the registry reads one from each model tag."""

from __future__ import annotations

from ..grammar.tag_name import TagName, parse_tag_name
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..push import Tag


class Event(Record):
    """What a model tag says. `tag` is its name, `commit` the id of the tagged commit, `time` the tagger's.

    `time` is in seconds since the epoch.
    """

    tag: str
    name: TagName
    commit: str
    time: int


def read_event(tag: Tag, name: TagName) -> Event | None:
    """The event that GTO reads from `tag`, whose parsed name is `name`.

    None for lightweight and unreadable tags, tags on anything but a commit, and
    tags whose object has a different name than the ref.
    """
    found = tag.object
    if found is None or not found.readable or found.name != tag.name or found.target_type != "commit":
        return None
    return Event(tag.name, name, found.target, found.tagger.time if found.tagger else 0)


def events_of(tags: Iterable[Tag]) -> Iterator[Event]:
    """The events that GTO reads from `tags`, in the same order."""
    for tag in tags:
        name = parse_tag_name(tag.name)
        if isinstance(name, TagName) and (event := read_event(tag, name)):
            yield event
