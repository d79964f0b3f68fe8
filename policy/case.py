"""What a rule is handed: one model's share of a push, with everything known of it."""

from __future__ import annotations

from .history import ModelHistory, read_event
from .record import Record
from .replay import in_order, replay
from .tag_name import TagName, parse_tag_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .annotations import Documents
    from .policy import Settings
    from .push import Circumstances, ModelPush, Signature, Tag, TagPush, Target
    from .replay import Turn


class Case(Record):
    """One model's share of a push.

    `pushes` are its tag updates, in the order of the push. `turns` are those
    that make an event, in the order of their turns; `history` is the model's
    history after all of them. `existing` are the tags that stand before the
    push and that it neither moves nor deletes.
    """

    model: str | None
    settings: Settings
    circumstances: Circumstances
    pushes: Sequence[TagPush]
    made: Sequence[TagPush]
    existing: Sequence[Tag]
    history: ModelHistory
    turns: Sequence[Turn]
    targets: Mapping[str, Target]
    obstacles: Mapping[str, str]
    case_twin: str | None
    signatures: Mapping[str, Signature]
    documents: Callable[[], Documents]


def build_case(
    push: ModelPush, settings: Settings, circumstances: Circumstances, documents: Callable[[], Documents]
) -> Case:
    """Play `push` into the model's history. `documents` gives what reads YAML, for all of the push."""
    touched = {update.tag for update in push.pushed}
    existing = [tag for tag in push.existing if tag.name not in touched]
    history = ModelHistory()
    for tag in existing:
        name = parse_tag_name(tag.name)
        if isinstance(name, TagName):
            event = read_event(tag, name)
            if event is not None:
                history.add(event)
    made = [update for update in push.pushed if update.new is not None]
    pushed = []
    for update in made:
        if isinstance(update.name, TagName) and update.new is not None:
            event = read_event(update.new, update.name)
            if event is not None:
                pushed.append((update, event))
    turns = replay(history, in_order(pushed))
    return Case(
        push.model,
        settings,
        circumstances,
        push.pushed,
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
