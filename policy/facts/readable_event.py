"""Which tags are readable events of the registry: no push may delete these."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..push import Tag
    from .model_facts import ModelFacts


def is_event(tag: Tag, facts: ModelFacts) -> bool:
    """Whether `tag` is a readable event of the registry: well-formed, on a readable commit, not dated in the future."""
    found = tag.object
    if found is None or found.defects or not found.readable or found.tagger is None:
        return False
    if found.name != tag.name or found.target_type != "commit":
        return False
    if found.message_bytes > facts.settings.message.max_bytes:
        return False
    target = facts.targets.get(found.target)
    if target is not None and not target.readable:
        return False
    return found.tagger.time <= facts.circumstances.now + facts.settings.time.max_skew
