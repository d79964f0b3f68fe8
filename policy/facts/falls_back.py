"""What a push of tombstones leaves in the stages: it takes a version out, and an older one comes back."""

from __future__ import annotations

from ..grammar.tag_name import TagName, parse_tag_name
from ..registry.event import read_event
from ..registry.history import ModelHistory
from ..registry.moved_stages import in_words, moved_stages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model_facts import ModelFacts

TOMBSTONES = frozenset(("unassign", "deregister"))


def falls_back(facts: ModelFacts) -> list[str]:
    """A sentence for each stage that a tombstone of the push moves; none for those that the push itself assigns."""
    pushed = {replayed.event.tag: replayed.event for replayed in facts.events}
    if facts.model is None or TOMBSTONES.isdisjoint(event.name.kind for event in pushed.values()):
        return []
    before = ModelHistory()
    for tag in facts.existing:
        name = parse_tag_name(tag.name)
        event = read_event(tag, name) if isinstance(name, TagName) and tag.name not in pushed else None
        if event is not None:
            before.add(event)
    moved = moved_stages(before, facts.history)
    moved = {stage: holds for stage, holds in moved.items() if holds is None or holds.tag not in pushed}
    return in_words(facts.model, moved, facts.history)
