"""What a CI job that was started by a model tag should deploy."""

from __future__ import annotations

from ..grammar.query import Query
from ..record import Record
from .before import counting_before
from .history import ModelHistory
from .resolution import Unresolved, resolve, version_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..grammar.versions import Version
    from .resolution import ModelTags, Resolution


class Deployment(Record):
    """What a tag did, and what to deploy now.

    `event` is what the tag did. For an assignment or unassignment, `deploy` is
    what the stage holds now, and `previous` what it held before the tag. For a
    registration, `deploy` is its version while that is active, and `previous`
    the latest version before it. Either is None if there is no such version.
    """

    event: Resolution
    deploy: Resolution | None
    previous: Version | None


def deployment_of(tag: str, known: ModelTags) -> Deployment:
    """What to deploy after `tag`, one of the tags in `known`. Raises Unresolved if the tag changed nothing."""
    name = next((name for name, found in known.tags if found.name == tag), None)
    if name is None:
        raise Unresolved(f"there is no tag {tag!r}")
    event = resolve(Query("tag", name.model, tag=tag), known)
    about = Query("stage", name.model, stage=event.stage) if event.stage is not None else None
    if event.kind == "register":
        about = Query("version", name.model, version=event.version)
    previous = _previous(tag, known)
    try:
        return Deployment(event, resolve(about, known) if about is not None else None, previous)
    except Unresolved:
        return Deployment(event, None, previous)


def _previous(tag: str, known: ModelTags) -> Version | None:
    events = known.events()
    own = next(event for event in events if event.tag == tag)
    before = ModelHistory(counting_before(own, [event for event in events if event is not own]))
    stage = own.name.stage
    if stage is None and own.name.kind != "register":
        return None
    held = before.holder(stage) if stage is not None else before.latest()
    return version_on(held.commit, before) if held is not None else None
