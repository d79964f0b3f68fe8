"""What a rule is handed: one model's share of a push, with everything known of it."""

from __future__ import annotations

from ..grammar.tag_name import TagName, parse_tag_name
from ..record import Record
from ..registry.event import read_event
from ..registry.history import ModelHistory
from ..registry.replay import in_order, replay
from .landing import TOGETHER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..objects.annotations import YamlFiles
    from ..push import Circumstances, ModelPush, Signature, Tag, TagPush, Target
    from ..registry.replay import ReplayedEvent
    from ..settings import Settings
    from .landing import Landing


class ModelFacts(Record):
    """One model's share of a push.

    `pushes` are its tag updates, in the order of the push. `turns` are those
    that make an event, in the order of their turns; `history` is the model's
    history after those of them that count (`landing.py`). `existing` are the
    tags that stand before the push, without those that it moves or deletes
    where these do not count any more.
    """

    model: str | None
    settings: Settings
    circumstances: Circumstances
    pushes: Sequence[TagPush]
    made: Sequence[TagPush]
    existing: Sequence[Tag]
    history: ModelHistory
    turns: Sequence[ReplayedEvent]
    targets: Mapping[str, Target]
    obstacles: Mapping[str, str]
    case_twin: str | None
    signatures: Mapping[str, Signature]
    documents: Callable[[], YamlFiles]


def build_facts(
    push: ModelPush,
    settings: Settings,
    circumstances: Circumstances,
    documents: Callable[[], YamlFiles],
    landing: Landing = TOGETHER,
) -> ModelFacts:
    """Play `push` into the model's history, as far as `landing` says. `documents` gives what reads YAML."""
    pushes, existing = push.pushed, push.existing
    if landing.touched_stay:
        if not landing.only_helped:
            pushes = [update for update in pushes if update.change == "create"]
    else:
        touched = {update.tag for update in pushes}
        existing = [tag for tag in existing if tag.name not in touched]
    history = ModelHistory()
    for tag in existing:
        name = parse_tag_name(tag.name)
        if isinstance(name, TagName):
            event = read_event(tag, name)
            if event is not None:
                history.add(event)
    made = [update for update in pushes if update.new is not None]
    pushed = []
    for update in made:
        if isinstance(update.name, TagName) and update.new is not None:
            event = read_event(update.new, update.name)
            if event is not None:
                pushed.append((update, event))
    turns = replay(history, in_order(pushed), counted=landing.counted, landed=push.landed)
    return ModelFacts(
        push.model,
        settings,
        circumstances,
        pushes,
        made,
        existing,
        history,
        turns,
        push.targets,
        push.obstacles,
        push.case_twin,
        push.signatures,
        documents,
    )
