"""Splits a push by model."""

from __future__ import annotations

from ...policy.grammar.names import TAGS
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...policy.grammar.near_miss import NearMiss
    from ...policy.grammar.tag_name import TagName
    from ...policy.push import RefUpdate
    from ..git.objects import TagRef

    UpdatesByModel = Mapping[str | None, "ModelUpdates"]


class ModelUpdates(Record):
    """One model's updates in a push, and their parsed names; `model` is None for near misses.

    `existing` are the model's tags in the repository, `landed` the names of those that this push has already created.
    """

    model: str | None
    updates: Sequence[RefUpdate]
    names: Sequence[TagName | NearMiss]
    existing: Sequence[TagRef] = ()
    landed: frozenset[str] = frozenset()


def updates_by_model(updates: Iterable[RefUpdate]) -> dict[str | None, ModelUpdates]:
    """The updates of model tags by model (as tags spell it), and near misses under None."""
    from ...policy.grammar.tag_name import TagName, parse_tag_name

    named: dict[str | None, list[tuple[RefUpdate, TagName | NearMiss]]] = {}
    for update in updates:
        if update.ref.startswith(TAGS):
            name = parse_tag_name(update.ref[len(TAGS) :])
            if name is not None:
                model = name.model if isinstance(name, TagName) else None
                named.setdefault(model, []).append((update, name))
    return {
        model: ModelUpdates(model, [update for update, _ in group], [name for _, name in group])
        for model, group in named.items()
    }
