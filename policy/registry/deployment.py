"""What a CI job that was started by a model tag is to deploy: never what the registry holds no longer."""

from __future__ import annotations

from ..grammar.query import Query
from ..record import Record
from .resolution import Unresolved, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .resolution import NamedTag, Resolution


class Deployment(Record):
    """`event` is what the tag did. `deploy` is what holds now, None where nothing is to be deployed.

    Of a tag about a stage that is what the stage holds now, whatever the tag
    did; of a registration the version, while it is active.
    """

    event: Resolution
    deploy: Resolution | None


def deployment_of(tag: str, tags: Sequence[NamedTag]) -> Deployment:
    """What `tag` means for who deploys, by all `tags` of its model. Raises Unresolved where the tag did nothing."""
    name = next((name for name, found in tags if found.name == tag), None)
    if name is None:
        raise Unresolved(f"there is no tag {tag!r}")
    event = resolve(Query("tag", name.model, tag=tag), tags)
    about = Query("stage", name.model, stage=event.stage) if event.stage is not None else None
    if event.kind == "register":
        about = Query("version", name.model, version=event.version)
    try:
        return Deployment(event, resolve(about, tags) if about is not None else None)
    except Unresolved:
        return Deployment(event, None)
