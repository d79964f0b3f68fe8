"""Whether an event is still in force, and what has superseded it if not."""

from __future__ import annotations

from ..grammar.names import gto_spelling
from .resolution import version_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .event import Event
    from .history import ModelHistory


def superseded_by(event: Event, then: ModelHistory, history: ModelHistory) -> Iterator[str]:
    """One sentence for each way in which a later event has superseded `event`.

    `then` is the model's history up to and including the event, and `history` the whole of it.
    """
    name, version = event.name, event.name.version
    model = gto_spelling(name.model)
    if name.kind == "register" and version is not None:
        if not history.is_active(version, event.commit):
            withdrawn = history.deregistration(version, event.commit)
            by = f" by {withdrawn.tag!r}" if withdrawn else ""
            yield f"superseded: {version} of {model!r} was deregistered since{by}"
        latest = history.latest()
        if latest is not None and latest.name.version != version and latest.time > event.time:
            yield f"superseded: the latest version of {model!r} is {latest.name.version} now ({latest.tag!r})"
    elif name.kind == "deregister" and version is not None and history.is_active(version, event.commit):
        yield f"superseded: {version} of {model!r} was registered again since"
    elif name.stage is not None:
        yield from _of_stage(event, name.stage, then, history)
    if history.is_deprecated and history.deprecated != event:
        assert history.deprecated is not None
        yield f"superseded: the model {model!r} was deprecated since, by {history.deprecated.tag!r}"


def _of_stage(event: Event, stage: str, then: ModelHistory, history: ModelHistory) -> Iterator[str]:
    holder = history.holder(stage)
    if holder == (event if event.name.kind == "assign" else then.holder(stage)):
        return
    holds = f"{version_on(holder.commit, history) or holder.commit} now ({holder.tag!r})" if holder else "nothing now"
    yield f"superseded: the stage {stage!r} of {gto_spelling(event.name.model)!r} holds {holds}"
