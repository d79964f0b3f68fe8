"""The input of a rule: one model's part of a push, with everything known about it."""

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

    from ..grammar.versions import Version
    from ..objects.document_files import DocumentFiles
    from ..push import Circumstances, ModelPush, Signature, SimilarModels, Tag, TagPush, Target
    from ..registry.replay import ReplayedEvent
    from ..settings import Settings
    from .landing import Landing


class ModelFacts(Record):
    """One model's part of a push, with everything that the rules may need.

    `pushes` are the tag updates, in the order of the push; `made` are those that
    create or move a tag. `events` are those of the made tags, in the order of the
    replay, each with the state before it; `history` is the model's history
    including those of them that count (`landing.py`). `existing` are the tags
    from before the push that still exist after it; `unread` are the names of
    those that look like registrations but that the registry does not read.
    `documents` returns the reader of YAML, JSON and TOML files. The other fields
    are as in `ModelPush`.
    """

    model: str | None
    settings: Settings
    circumstances: Circumstances
    pushes: Sequence[TagPush]
    made: Sequence[TagPush]
    existing: Sequence[Tag]
    unread: Sequence[TagName]
    history: ModelHistory
    events: Sequence[ReplayedEvent]
    targets: Mapping[str, Target]
    obstacles: Mapping[str, str]
    similar: SimilarModels
    signatures: Mapping[str, Signature]
    documents: Callable[[], DocumentFiles]

    def new_versions(self) -> list[tuple[TagPush, Version]]:
        """The pushed registrations and their versions, in the order of the push."""
        names = ((push, push.name) for push in self.made)
        return [
            (push, name.version)
            for push, name in names
            if isinstance(name, TagName) and name.kind == "register" and name.version is not None
        ]


def build_facts(
    push: ModelPush,
    settings: Settings,
    circumstances: Circumstances,
    documents: Callable[[], DocumentFiles],
    landing: Landing = TOGETHER,
) -> ModelFacts:
    """Replay `push` on the model's history, as far as it lands in `landing`, and gather what the rules need."""
    pushes, existing = push.pushed, push.existing
    if landing.touched_stay:
        if not landing.only_dependent_rules:
            pushes = [update for update in pushes if update.change == "create"]
    else:
        touched = {update.tag for update in pushes}
        existing = [tag for tag in existing if tag.name not in touched]
    history = ModelHistory()
    unread = []
    for tag in existing:
        name = parse_tag_name(tag.name)
        if isinstance(name, TagName):
            event = read_event(tag, name)
            if event is not None:
                history.add(event)
            elif name.kind == "register":
                unread.append(name)
    made = [update for update in pushes if update.new is not None]
    pushed = []
    for update in made:
        if isinstance(update.name, TagName) and update.new is not None:
            event = read_event(update.new, update.name)
            if event is not None:
                pushed.append((update, event))
    events = replay(history, in_order(pushed), counted=landing.counted, landed=push.landed)
    return ModelFacts(
        model=push.model,
        settings=settings,
        circumstances=circumstances,
        pushes=pushes,
        made=made,
        existing=existing,
        unread=unread,
        history=history,
        events=events,
        targets=push.targets,
        obstacles=push.obstacles,
        similar=push.similar,
        signatures=push.signatures,
        documents=documents,
    )


def new_stages(facts: ModelFacts) -> set[str]:
    """The stages that the push assigns and that were never assigned before."""
    made = {push.tag for push in facts.made}
    assigned = {replayed.event.name.stage for replayed in facts.events if replayed.event.name.kind == "assign"}
    holdings = facts.history.holdings
    return {
        stage
        for stage in assigned
        if stage is not None
        and all(one.assigned is None or one.assigned.tag in made for one in holdings.get(stage, {}).values())
    }
