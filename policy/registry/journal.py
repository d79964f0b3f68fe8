"""A model's events one after the other, as the command `history` prints them."""

from __future__ import annotations

from ..objects.trailers import parse_trailers
from ..record import Record
from .event import read_event
from .history import ModelHistory
from .overview import in_order_of_time
from .resolution import version_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..grammar.tag_name import TagName
    from ..grammar.versions import Version
    from ..objects.tag_object import Tagger
    from ..push import Tag
    from .event import Event

# GTO's order of events in the same second (base.py, `priority`).
PRIORITY = {"deprecate": 2, "register": 3, "deregister": 4, "assign": 5, "unassign": 6}

# GTO's words for the kinds of event (`gto history`).
EVENT_WORDS = {
    "register": "registration",
    "deregister": "deregistration",
    "assign": "assignment",
    "unassign": "unassignment",
    "deprecate": "deprecation",
}


class JournalEntry(Record):
    """One event, and the version that it is about (None: no version).

    `number` counts the model's registrations in the order of time, from 1; it is
    that of the version.
    """

    event: Event
    version: Version | None
    number: int | None
    tagger: Tagger
    message: str

    @property
    def trailers(self) -> Sequence[tuple[str, str]]:
        """The trailers of the message, parsed on demand."""
        return tuple(parse_trailers(self.message))


def journal_of(tags: Iterable[tuple[TagName, Tag]]) -> Iterator[JournalEntry]:
    """An entry for each readable tag of one model, in the order of `tags`."""
    read = [(event, tag.object) for name, tag in tags if (event := read_event(tag, name))]
    registrations = [event for event, _ in read if event.name.kind == "register"]
    numbered = enumerate(in_order_of_time(registrations), 1)
    number_of = {(event.name.version, event.commit): number for number, event in numbered}
    # The history is only asked which versions the events of stages are about.
    of_stages = {event.commit for event, _ in read if event.name.stage is not None}
    history = ModelHistory(event for event, _ in read if event.name.version is not None and event.commit in of_stages)
    version_at = {commit: version_on(commit, history) for commit in of_stages}
    for event, content in read:
        if content is None or content.tagger is None:
            continue
        commit, version = event.commit, event.name.version
        if event.name.stage is not None:
            version = version_at[commit]
        number = number_of.get((version, commit)) if version is not None else None
        yield JournalEntry(event, version, number, content.tagger, content.message.strip())


def in_time_order(entries: Iterable[JournalEntry]) -> Sequence[JournalEntry]:
    """The entries, the oldest first; in the same second in GTO's order."""
    return sorted(entries, key=place_in_journal)


def place_in_journal(entry: JournalEntry) -> tuple[int, int, str]:
    """The sort key of entries: time, kind in GTO's order, tag. It is unique, because tags are."""
    event = entry.event
    return event.time, PRIORITY[event.name.kind], event.tag
