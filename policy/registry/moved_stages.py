"""Compares two states of a model: which stages are held by another version."""

from __future__ import annotations

from ..grammar.names import gto_spelling
from .resolution import version_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .event import Event
    from .history import ModelHistory


def moved_stages(before: ModelHistory, after: ModelHistory) -> dict[str, Event | None]:
    """The stages whose version differs between `before` and `after`, with their current assignment in `after`.

    None: the stage is empty. As in GTO, a stage that its version leaves falls
    back to the version assigned before, if that assignment is still in force.
    """
    moved = {}
    for stage in sorted({*before.holdings, *after.holdings}):
        was, holds = before.holder(stage), after.holder(stage)
        if (was.commit if was else None) != (holds.commit if holds else None):
            moved[stage] = holds
    return moved


def in_words(model: str, moved: Mapping[str, Event | None], after: ModelHistory) -> list[str]:
    """One sentence for each of the `moved` stages. `model` is spelled as in tags; `after` is its new history."""
    return [
        f"the stage {stage!r} of {gto_spelling(model)!r} now holds "
        + (f"{version_on(event.commit, after) or event.commit} ({event.tag!r})" if event else "nothing")
        for stage, event in moved.items()
    ]
