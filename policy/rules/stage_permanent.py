"""Refuses to deregister a version that was ever in a permanent stage.

`stages.once-assigned-permanent` names such stages, for example `prod`. A version
that was there has made decisions, so it must remain in the registry. The tags
that record this, its registration and its assignment to the stage, may not be
moved or deleted either. The model may be deprecated, because its versions remain
on record.

Fix: leave it registered; unassign the stage if the version should no longer be used.
"""

from __future__ import annotations

from ..facts.fix import refetching_command
from ..grammar.tag_name import TagName
from ..registry.event import read_event
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..facts.model_facts import ModelFacts
    from ..registry.event import Event

OPTIONS = ("stages.once-assigned-permanent",)
WHY = "a version that was used there must stay on record."


def check(facts: ModelFacts) -> Iterator[Breach]:
    permanent = facts.settings.stages.once_assigned_permanent
    for replayed in facts.events:
        if replayed.event.name.kind == "deregister":
            for stage in permanent:
                if stage in replayed.earlier_stages:
                    yield Breach(
                        f"{replayed.push.tag!r} deregisters {replayed.event.name.version},"
                        f" which was in the stage {stage!r}",
                        replayed.push.ref,
                        facts.model,
                    )
    for push in facts.pushes:
        if push.old is not None and isinstance(push.name, TagName) and (event := read_event(push.old, push.name)):
            record = _on_record(event, permanent, facts)
            if record is not None:
                change = "deleted" if push.new is None else "moved"
                yield Breach(
                    f"{push.tag!r} may not be {change}: it {record}",
                    push.ref,
                    facts.model,
                    fix=refetching_command(facts, push.tag),
                )


def _on_record(event: Event, permanent: Collection[str], facts: ModelFacts) -> str | None:
    """What the tag of `event` records about a permanent stage, to follow "it"; None for nothing."""
    stage = event.name.stage
    if event.name.kind == "assign" and stage in permanent:
        return f"says which version was in the stage {stage!r}"
    if event.name.kind == "register":
        # Of assignments that are deleted by the same push, this rule refuses the deletion itself.
        for stage in permanent:
            if facts.history.holding(stage, event.commit).assigned:
                return f"registers {event.name.version}, which was in the stage {stage!r}"
    return None


PERMANENT = '[stages]\nonce-assigned-permanent = ["prod"]\n'
UNTIED = '[rules]\ntag-permanent = "off"\ntag-immutable = "off"\n'
ONE = ("churn@v1.0.0 at 1",)
EXAMPLES = (
    accepted("no permanent stages", "churn@v1.0.0! at 3", existing=(*ONE, "churn#prod at 2")),
    accepted("never in the stage", "churn@v1.0.0! at 3", existing=(*ONE, "churn#dev at 2"), policy=PERMANENT),
    refused("once in the stage", "churn@v1.0.0! at 3", existing=(*ONE, "churn#prod at 2"), policy=PERMANENT),
    refused(
        "once in the stage, and taken out of it since",
        "churn@v1.0.0! at 4",
        existing=(*ONE, "churn#prod at 2", "churn#prod! at 3"),
        policy=PERMANENT,
    ),
    refused("in the stage by the same push", "churn#prod at 2", "churn@v1.0.0! at 3", existing=ONE, policy=PERMANENT),
    refused(
        "deleting the registration instead",
        "delete churn@v1.0.0",
        existing=(*ONE, "churn#prod at 2"),
        policy=PERMANENT + UNTIED,
    ),
    refused(
        "deleting the assignment first",
        "delete churn#prod",
        existing=(*ONE, "churn#prod at 2"),
        policy=PERMANENT + UNTIED,
    ),
    refused(
        "moving the assignment away",
        "move churn#prod on c2 at 4",
        existing=(*ONE, "churn@v1.1.0 on c2 at 3", "churn#prod at 2"),
        policy=PERMANENT + UNTIED,
    ),
    accepted(
        "deleting an assignment of another stage",
        "delete churn#dev",
        existing=(*ONE, "churn#dev at 2"),
        policy=PERMANENT + UNTIED,
    ),
    accepted("deprecating the model", "churn@deprecated at 3", existing=(*ONE, "churn#prod at 2"), policy=PERMANENT),
)
