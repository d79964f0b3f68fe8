"""Finds commits with more registrations than GTO can handle, and the tags that must be removed for it."""

from __future__ import annotations

from ..registry.history import ModelHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..registry.event import Event


def excess_registrations(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """The tags to remove, each with a sentence that says why. `events` are those of one model, in the order of time.

    On a commit with two versions, GTO 1.10 fails on any assignment, for all
    models: the first version is kept. If one version is registered twice on a
    commit, GTO fails to show the model: the newest registration is kept, because
    it is the one that counts.
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
                f"Its commit also has the version {first}, and is in a stage: GTO fails on that, for all models. "
                f"Afterwards {version} can be registered on a commit of its own."
            )
            yield event.tag, because
        elif event.name.kind == "register" and newest[event.commit, version] != event:
            yield event.tag, f"{version} is registered twice on that commit: GTO fails to show the model."
