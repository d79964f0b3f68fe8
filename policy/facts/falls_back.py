"""Stages that fall back to an older version because a tombstone takes their current version out of them."""

from __future__ import annotations

from ..registry.event import events_of
from ..registry.history import ModelHistory
from ..registry.moved_stages import in_words, moved_stages
from ..wording import short_id
from .possible_stages import Act

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..registry.event import Event
    from .model_facts import ModelFacts

TOMBSTONES = frozenset(("unassign", "deregister"))


def falls_back(facts: ModelFacts) -> list[str]:
    """A sentence for each stage that changes because of a tombstone in the push, and that the push does not assign."""
    pushed = {replayed.event.tag: replayed.event for replayed in facts.events}
    if facts.model is None or TOMBSTONES.isdisjoint(event.name.kind for event in pushed.values()):
        return []
    moved = moved_stages(ModelHistory(events_of(facts.existing)), facts.history)
    moved = {stage: holds for stage, holds in moved.items() if holds is None or holds.tag not in pushed}
    return in_words(facts.model, moved, facts.history)


def stages_falling_back(facts: ModelFacts) -> dict[str, Sequence[Act]]:
    """By ref, the stages that may fall back to an older version because of a pushed tombstone, as assignments.

    Git may drop any line of a push. So in a push of several tags, a tombstone
    counts for every stage to which an older version is still assigned.
    """
    if facts.circumstances.place == "history":
        return _falling_back_in_turn(facts)
    tombstones = [one for one in facts.events if one.event.name.kind in TOMBSTONES]
    if not tombstones:
        return {}
    before = ModelHistory(events_of(facts.existing))
    alone = len(facts.pushes) == 1
    found: dict[str, Sequence[Act]] = {}
    for one in tombstones:
        acts = []
        for stage in _stages_left(one.event, before, facts.history):
            holders = before.holders(stage)
            older = [holder for holder in holders if holder.commit != one.event.commit]
            if older and (not alone or holders[0].commit == one.event.commit):
                acts.append(_back(stage, older[0], before))
        found[one.push.ref] = acts
    return found


def _falling_back_in_turn(facts: ModelFacts) -> dict[str, Sequence[Act]]:
    """The same for tags that landed long ago, one after the other."""
    history = ModelHistory(events_of(facts.existing))
    found: dict[str, Sequence[Act]] = {}
    for one in facts.events:
        stages = _stages_left(one.event, history) if one.event.name.kind in TOMBSTONES else []
        was = {stage: history.holder(stage) for stage in stages}
        history.add(one.event)
        moved = {stage: history.holder(stage) for stage in stages}
        found[one.push.ref] = [
            _back(stage, holds, history) for stage, holds in moved.items() if holds is not None and holds != was[stage]
        ]
    return found


def _stages_left(event: Event, *histories: ModelHistory) -> list[str]:
    """The stages that the tombstone `event` may take its version out of."""
    if event.name.stage is not None:
        return [event.name.stage]
    return sorted(
        {
            stage
            for history in histories
            for stage, by_commit in history.holdings.items()
            if (there := by_commit.get(event.commit)) and there.assigned
        }
    )


def _back(stage: str, holder: Event, history: ModelHistory) -> Act:
    version = history.active_version_at(holder.commit)
    return Act("assign", stage, str(version) if version else f"the commit {short_id(holder.commit)}")
