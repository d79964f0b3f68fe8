"""The state of a remote before one of its tags was pushed, and what has happened to that tag since.

A tag that exists on the remote is judged against the tags before it, not as if
it were pushed now. Otherwise a job that runs again, after a rollback or a newer
version, would refuse a tag that the server accepted. Only the server knows in
which order tags were pushed, so their dates are used instead, as in an audit.
"""

from __future__ import annotations

from ...policy.grammar.names import gto_spelling
from ...policy.record import Record
from ...policy.registry.before import counting_before
from ...policy.registry.event import read_event
from ...policy.registry.history import ModelHistory
from ...policy.registry.superseded import superseded_by
from ..git.objects import TagRef
from ..registry import read_refs
from ..remote.reader import RemoteReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.registry.event import Event
    from ..git.command import Git
    from ..remote.remote import Listing


class StateBefore(Record):
    """`before` are the remote's tags before the tag; `since` says in sentences what has happened to it since."""

    before: Listing
    since: tuple[str, ...]


def state_before_tag(tag: str, oid: str, listing: Listing, git: Git) -> StateBefore:
    """The state of a remote before the tag named `tag` (the tag object `oid`) was pushed.

    `listing` has all of the remote's tags of the model, and `git` their objects. Tags that the registry can't read have
    no date, and count as earlier. Raises CannotJudge if an object can't be read.
    """
    others = {name: other for name, other in listing.tags.items() if name != tag}
    reader = RemoteReader(git, listing, remote=None)
    try:
        read = _events(reader, others)
        own = _events(reader, {tag: oid}).get(tag)
    finally:
        reader.close()
    if own is None:
        # The registry can't read this tag, so it is refused anyway.
        return StateBefore(listing._replace(tags=others), ())
    events = [event for event in read.values() if event is not None]
    counting = counting_before(own, events)
    counted = {event.tag for event in counting}
    before = {name: other for name, other in others.items() if read.get(name) is None or name in counted}
    then, history = (
        ModelHistory([own, *(event for event in some if event.name.model == own.name.model)])
        for some in (counting, events)
    )
    since = list(superseded_by(own, then, history))
    there = listing.tags.get(tag)
    if there != oid:
        what = "was moved on the remote since" if there else "is not on the remote any more"
        since.append(f"superseded: the tag {tag!r} of {gto_spelling(own.name.model)!r} {what}")
    return StateBefore(listing._replace(tags=before), tuple(since))


def _events(reader: RemoteReader, tags: dict[str, str]) -> dict[str, Event | None]:
    """The event of each model tag, by the tag's name; None if the registry can't read it."""
    refs = [TagRef(name, oid) for name, oid in tags.items()]
    return {tag.name: read_event(tag, name) for name, tag in read_refs(reader, refs)}
