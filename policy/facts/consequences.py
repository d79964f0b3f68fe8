"""Side effects: what a pushed line does to stages that it does not name.

The rules `who`, `signed` and `approved` need this: a person who may not assign
`prod` must not achieve the same with another tag. In GTO (1.10, `base.py`)

- a deregistered version is in no stage, and is back in its old stages once it
  is registered again;
- a deprecated model is in no stage, and is back in all of them after any later
  event;
- moving or deleting a tag undoes what the tag did.

Git may still drop any line of a push after the judgement. So a line has every
effect that it would have if only some of the other lines landed. Tags that
landed long ago (place "history") are replayed in the order of their times.

If a stage falls back to the version assigned before, that does not count as a
side effect here: that version was in the stage all along.
"""

from __future__ import annotations

from ..grammar.tag_name import TagName
from ..record import Record
from ..registry.event import events_of, read_event
from ..registry.replay import in_order
from .possible_stages import Act, PossibleStages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..grammar.tag_name import Kind
    from ..push import Tag, TagPush
    from ..registry.event import Event
    from ..settings import Selector
    from .model_facts import ModelFacts

    # A sequence of groups of acts. Several lines may share a group.
    Groups = Sequence[Sequence[Act]]

CONTRARY: dict[Kind, Kind] = {
    "register": "deregister",
    "deregister": "register",
    "assign": "unassign",
    "unassign": "assign",
    "deprecate": "deprecate",
}


class Line(Record):
    """A pushed line whose tag is a model tag by its name, and what the line does.

    `own` is what the name says. `made` is what the new tag does to other stages;
    `undone` is the effect of losing the old tag, if the line moves or deletes one.
    """

    push: TagPush
    own: Act
    made: Groups
    undone: Groups

    def may_not_undo(self, act: Act, facts: ModelFacts, needs: str, done: str) -> str:
        """Why the line may not delete or move its tag, to follow the tag's name.

        That does `act`, and needs what only a new tag can have: "a signature" (`needs`), if it is "signed" (`done`).
        """
        from ..people import describe

        changed, change = ("deleted", "deletion") if self.push.new is None else ("moved", "move")
        what = describe(act.kind, facts.model or "", act.stage)
        return f"may not be {changed}: to {what} needs {needs}, and a {change} can't be {done}"


def lines_of(facts: ModelFacts, selectors: Iterable[Selector]) -> Iterator[Line]:
    """The lines that name an event, in the order of the push.

    Side effects on stages are computed only if one of `selectors` covers
    assignments or unassignments.
    """
    asks = any("assign" in one.what or "unassign" in one.what for one in selectors)
    made, undone = _consequences(facts) if asks else ({}, {})
    for push in facts.pushes:
        if isinstance(push.name, TagName) and push.change != "none":
            own = Act(push.name.kind, push.name.stage)
            yield Line(push, own, made.get(push.ref, ()), undone.get(push.ref, _contrary(push)))


def is_covered(act: Act, model: str, selectors: Iterable[Selector]) -> bool:
    """Whether one of `selectors` covers `act`, done to `model`."""
    return any(selector.covers(act.kind, model, act.stage) for selector in selectors)


def _contrary(push: TagPush) -> Groups:
    """The opposite of what the old tag did; nothing if the registry does not read that tag."""
    if push.old is None or not isinstance(push.name, TagName) or read_event(push.old, push.name) is None:
        return ()
    return ((Act(CONTRARY[push.name.kind], push.name.stage),),)


def _consequences(facts: ModelFacts) -> tuple[dict[str, Groups], dict[str, Groups]]:
    """The side effects of the lines on stages: those of their new tags, and those of losing old tags, by ref."""
    pushed = _events(facts, _new)
    if facts.circumstances.place == "history":
        return _consequences_in_turn(pushed), {}
    gone = _events(facts, _old)
    stages = PossibleStages()
    for event in events_of(facts.existing):
        stages.add(event)
    for _, event in gone:
        stages.add_possible(event)
    # If the push registers the first version on a commit, it enters a stage by the push's assignment, not by this.
    back = {
        push.ref: stages.assigned_at(event.commit)
        for push, event in pushed
        if event.name.kind == "register" and event.commit not in stages.versioned
    }
    for _, event in pushed:
        stages.add_possible(event)
    for push, event in pushed:
        if event.name.kind == "register" and push.ref not in back:
            back[push.ref] = stages.assigned_at(event.commit)
    made: dict[str, Groups] = {push.ref: (back.get(push.ref, ()), *stages.made_by(event)) for push, event in pushed}
    undone: dict[str, Groups] = {push.ref: (*_contrary(push), *stages.undone_by(event)) for push, event in gone}
    return made, undone


def _consequences_in_turn(pushed: Sequence[tuple[TagPush, Event]]) -> dict[str, Groups]:
    stages = PossibleStages(in_turn=True)
    made: dict[str, Groups] = {}
    unassigned: dict[tuple[str | None, str], int] = {}
    assigned: set[tuple[str | None, int]] = set()
    for _, event in pushed:
        if event.name.kind == "unassign":
            place = event.name.stage, event.commit
            unassigned[place] = max(unassigned.get(place, -1), event.time)
        elif event.name.kind == "assign":
            assigned.add((event.name.stage, event.time))
    for push, event in in_order(pushed):
        comes_back = event.name.kind == "register" and stages.is_deregistered(event.commit)
        groups = (stages.assigned_at(event.commit) if comes_back else (), *stages.made_by(event))
        if event.name.kind == "deregister":
            # A deregistered version can't be unassigned, so the unassignment came first, even if its date is later.
            groups = tuple(
                [
                    act
                    for act in group
                    if act.kind == "assign" or unassigned.get((act.stage, event.commit), -1) < event.time
                ]
                for group in groups
            )
        # The order within a second is unknown. If the stage was assigned in it, that assignment is judged itself.
        made[push.ref] = tuple(
            [act for act in group if act.kind != "assign" or (act.stage, event.time) not in assigned]
            for group in groups
        )
        stages.add(event)
    return made


def _new(push: TagPush) -> Tag | None:
    return push.new


def _old(push: TagPush) -> Tag | None:
    return push.old


def _events(facts: ModelFacts, end: Callable[[TagPush], Tag | None]) -> list[tuple[TagPush, Event]]:
    """The pushed lines with the events that the registry reads from their old or new tags, as `end` selects."""
    found = []
    for push in facts.pushes:
        tag = end(push)
        if tag is not None and isinstance(push.name, TagName) and (event := read_event(tag, push.name)):
            found.append((push, event))
    return found
