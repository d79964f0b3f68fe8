"""Puts models whose names differ only in case into the order in which they came, for an audit."""

from __future__ import annotations

from ...policy.grammar.names import TAGS
from ...policy.registry.event import read_event
from ...policy.registry.replay import place_in_time
from ..git.objects import TagRef
from ..registry import read_refs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.reader import Reader
    from .model_updates import ModelUpdates, UpdatesByModel


def eldest_first(shares: UpdatesByModel, reader: Reader) -> UpdatesByModel:
    """The same shares, but of the models that differ only in case, the one with the first event comes first.

    A tag that the registry can't read has no date, and counts as earlier, as in `state_before.py`. Raises CannotJudge
    if the repository can't be read.
    """
    twins: dict[str, list[str]] = {}
    for model in shares:
        if model is not None:
            twins.setdefault(model.lower(), []).append(model)
    order: list[str | None] = []
    for model in shares:
        models = twins[model.lower()] if model is not None else []
        if len(models) > 1:
            # The first of them takes the others along.
            order += sorted(models, key=lambda twin: _beginning(shares[twin], reader)) if models[0] == model else ()
        else:
            order.append(model)
    return {model: shares[model] for model in order}


def _beginning(share: ModelUpdates, reader: Reader) -> tuple[int, ...] | tuple[int, int, object, str]:
    """The sort key of a model's first event; the least one if any tag can't be read."""
    refs = [TagRef(update.ref[len(TAGS) :], update.new) for update in share.updates if update.new]
    events = [read_event(tag, name) for name, tag in read_refs(reader, refs)]
    read = [place_in_time(event) for event in events if event is not None]
    return min(read) if len(read) == len(events) and read else ()
