"""Commits with more registrations than GTO can take, and which of their tags have to go."""

from __future__ import annotations

from ..registry.history import ModelHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..registry.event import Event


def one_too_many(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """The tags that have to go, each with the reason. `events` are in the order of time.

    GTO 1.10 fails on any assignment on a commit with two versions, for all
    models; the first version is kept. It fails to show a model of which a commit
    has one version twice; the newest registration is kept, for it is the one that counts.
    """
    history = ModelHistory(events)
    kept: dict[str, str] = {}
    newest = {(event.commit, str(event.name.version)): event for event in events if event.name.kind == "register"}
    for event in events:
        if event.name.version is None:
            continue
        version = str(event.name.version)
        first = kept.setdefault(event.commit, version)
        if version != first and history.has_assignment_tags(event.commit):
            because = (
                f"Its commit holds {first}, too, and a stage: GTO fails on that, for all models. "
                f"{version} can then be registered on a commit of its own."
            )
            yield event.tag, because
        elif event.name.kind == "register" and newest[event.commit, version] != event:
            yield event.tag, f"{version} is registered on that commit twice: GTO fails to show the model."
