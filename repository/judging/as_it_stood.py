"""The remote's state before one of its tags, and what has happened to that tag since.

A tag that the remote has is judged against what stood before it, not as if it
were pushed now: else a rollback, a newer version or a job that runs again would
refuse what the server accepted. Nobody but the server saw in which order tags
came; their dates stand for it, as in an audit.
"""

from __future__ import annotations

from ...policy.grammar.names import gto_spelling
from ...policy.record import Record
from ...policy.registry.before import counting_before
from ...policy.registry.event import read_event
from ...policy.registry.history import ModelHistory
from ...policy.registry.since import since_then
from ..git.objects import TagRef
from ..registry import read_refs
from ..remote.reader import RemoteReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.registry.event import Event
    from ..git.command import Git
    from ..remote.remote import Listing


class Retrospect(Record):
    """`before` is what the remote had before the tag, `since` what has happened to it since, as sentences."""

    before: Listing
    since: tuple[str, ...]


def look_back(tag: str, oid: str, listing: Listing, git: Git) -> Retrospect:
    """The remote, whose tags of the model are in `listing`, as it stood before `tag` (the object `oid`).

    `git` has the objects of all of them. Tags that the registry can't read have
    no date to go by, and count as having stood before. Raises CannotJudge where
    an object can't be read.
    """
    others = {name: other for name, other in listing.tags.items() if name != tag}
    reader = RemoteReader(git, listing, remote=None)
    try:
        read = _events(reader, others)
        own = _events(reader, {tag: oid}).get(tag)
    finally:
        reader.close()
    if own is None:
        # It is no event of the registry, and is refused for that, whatever stood before it.
        return Retrospect(listing._replace(tags=others), ())
    events = [event for event in read.values() if event is not None]
    counted = {event.tag for event in counting_before(own, events)}
    before = {name: other for name, other in others.items() if read.get(name) is None or name in counted}
    history = ModelHistory([own, *(event for event in events if event.name.model == own.name.model)])
    since = list(since_then(own, history))
    there = listing.tags.get(tag)
    if there != oid:
        what = "was moved on the remote since" if there else "is not on the remote any more"
        since.append(f"superseded: the tag {tag!r} of {gto_spelling(own.name.model)!r} {what}")
    return Retrospect(listing._replace(tags=before), tuple(since))


def _events(reader: RemoteReader, tags: dict[str, str]) -> dict[str, Event | None]:
    """What the registry reads from each model tag, by name; None from those that it can't read."""
    refs = [TagRef(name, oid) for name, oid in tags.items()]
    return {tag.name: read_event(tag, name) for name, tag in read_refs(reader, refs)}
