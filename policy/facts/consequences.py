"""What the lines of a push amount to, beside the events that they name.

GTO (1.10, `base.py`) shows nothing of a deprecated model, and everything of it
again after any later event; a deregistered version is in no stage, and is in
its old ones once it is registered anew. So a version is also taken out of its
stages by deregistering it and by deprecating its model, and put into them by
whatever undoes that; and to move or delete a tag undoes what the tag did.

Git may drop any line of a push after it was judged. A line therefore amounts
to whatever it does if some of the other lines land and some don't. Over tags
that have all landed long ago (place "history") each is asked in its turn.

That a stage falls back to the version before is neither: that version has been
in the stage all the time.
"""

from __future__ import annotations

from ..grammar.tag_name import TagName, parse_tag_name
from ..record import Record
from ..registry.event import read_event
from ..registry.replay import in_order
from .possible_stages import Act, Stages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..grammar.tag_name import Kind
    from ..push import Tag, TagPush
    from ..registry.event import Event
    from ..settings import Selector
    from .model_facts import ModelFacts

    # Acts that several lines may share.
    Groups = Sequence[Sequence[Act]]

CONTRARY: dict[Kind, Kind] = {
    "register": "deregister",
    "deregister": "register",
    "assign": "unassign",
    "unassign": "assign",
    "deprecate": "deprecate",
}


class Line(Record):
    """A pushed line about a readable name, and what it amounts to.

    `own` is what the name says; `made` what the tag does beside it that the
    line brings; `undone` what comes of the going of the tag that stood, of a
    moved or deleted one. The groups of acts are shared between lines.
    """

    push: TagPush
    own: Act
    made: Groups
    undone: Groups


def lines_of(facts: ModelFacts, selectors: Iterable[Selector]) -> Iterator[Line]:
    """The lines of `case` that name an event, in the order of the push.

    What becomes of stages is looked into only if one of `selectors` speaks of
    the model's stages.
    """
    asks = any("assign" in one.what or "unassign" in one.what for one in selectors)
    made, undone = _consequences(facts) if asks else ({}, {})
    for push in facts.pushes:
        if isinstance(push.name, TagName) and push.change != "none":
            own = Act(push.name.kind, push.name.stage)
            yield Line(push, own, made.get(push.ref, ()), undone.get(push.ref, _contrary(push)))


def is_covered(act: Act, model: str, selectors: Iterable[Selector]) -> bool:
    """Whether one of `selectors` covers the act."""
    return any(selector.covers(act.kind, model, act.stage) for selector in selectors)


def _contrary(push: TagPush) -> Groups:
    """What undoing the tag that stood says by its name; nothing if no tag that the registry reads goes."""
    if push.old is None or not isinstance(push.name, TagName) or read_event(push.old, push.name) is None:
        return ()
    return ((Act(CONTRARY[push.name.kind], push.name.stage),),)


def _consequences(facts: ModelFacts) -> tuple[dict[str, Groups], dict[str, Groups]]:
    """What the lines do to stages that they don't name: by what they make, and by what they undo, by their refs."""
    pushed = _events(facts, _new)
    if facts.circumstances.place == "history":
        return _in_their_turns(pushed), {}
    gone = _events(facts, _old)
    stages = Stages()
    for tag in facts.existing:
        name = parse_tag_name(tag.name)
        if isinstance(name, TagName) and (event := read_event(tag, name)):
            stages.take(event)
    for _, event in gone:
        stages.take_possible(event)
    # An assignment that comes along with a commit's first registration puts the version in by itself.
    back = {
        push.ref: stages.assigned_at(event.commit)
        for push, event in pushed
        if event.name.kind == "register" and event.commit not in stages.versioned
    }
    for _, event in pushed:
        stages.take_possible(event)
    for push, event in pushed:
        if event.name.kind == "register" and push.ref not in back:
            back[push.ref] = stages.assigned_at(event.commit)
    made: dict[str, Groups] = {push.ref: (back.get(push.ref, ()), *stages.made_by(event)) for push, event in pushed}
    undone: dict[str, Groups] = {push.ref: (*_contrary(push), *stages.undone_by(event)) for push, event in gone}
    return made, undone


def _in_their_turns(pushed: Sequence[tuple[TagPush, Event]]) -> dict[str, Groups]:
    stages = Stages()
    made: dict[str, Groups] = {}
    unassigned: dict[tuple[str | None, str], int] = {}
    for _, event in pushed:
        if event.name.kind == "unassign":
            place = event.name.stage, event.commit
            unassigned[place] = max(unassigned.get(place, -1), event.time)
    for push, event in in_order(pushed):
        comes_back = event.name.kind == "register" and stages.is_deregistered(event.commit)
        groups = (stages.assigned_at(event.commit) if comes_back else (), *stages.made_by(event))
        if event.name.kind == "deregister":
            # Nobody can unassign a version that is deregistered: this was done before, whatever its date says.
            groups = tuple(
                [
                    act
                    for act in group
                    if act.kind == "assign" or unassigned.get((act.stage, event.commit), -1) < event.time
                ]
                for group in groups
            )
        made[push.ref] = groups
        stages.take(event)
    return made


def _new(push: TagPush) -> Tag | None:
    return push.new


def _old(push: TagPush) -> Tag | None:
    return push.old


def _events(facts: ModelFacts, end: Callable[[TagPush], Tag | None]) -> list[tuple[TagPush, Event]]:
    """The events that the registry reads at one end of the lines."""
    found = []
    for push in facts.pushes:
        tag = end(push)
        if tag is not None and isinstance(push.name, TagName) and (event := read_event(tag, push.name)):
            found.append((push, event))
    return found
