"""Refuses to move a model tag.

Everyone who has fetched the tag keeps the old one, because Git does not update
existing tags. Two people would then mean different models by the same version.

Fix: register a new version, or assign the stage with a new tag
(`tagwarden assign` adds the next counter).
"""

from __future__ import annotations

from ..facts.fix import commit_named, refetching_command, register_command, repeating_command
from ..grammar.tag_name import TagName
from ..verdict import Breach
from ..wording import short_id
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..push import TagPush

OPTIONS = ()
WHY = "existing clones keep the old tag, so one name would mean two things."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        if push.old is not None and push.new is not None and isinstance(push.name, TagName):
            old, new = short_id(push.old.oid), short_id(push.new.oid)
            yield Breach(
                f"{push.tag!r} exists already, and may not be moved from {old} to {new}",
                push.ref,
                facts.model,
                fix=refetching_command(facts, push.tag, *_by_new_tag(push, facts)),
            )


def _by_new_tag(push: TagPush, facts: ModelFacts) -> list[tuple[str, ...]]:
    """The command that does with a new tag what the move should have done, in a list that is empty if there is none."""
    replayed = next((one for one in facts.events if one.push is push), None)
    if replayed is None or replayed.event.commit == commit_named(push.old):
        return []
    event, name = replayed.event, replayed.event.name
    others = [one for one in facts.history.registrations_at.get(event.commit, ()) if one.tag != push.tag]
    if name.kind == "register":
        return [] if others else [register_command(facts, event.commit)]
    if name.kind == "assign" and replayed.active is not None:
        return [repeating_command(replayed)]
    return []


EXAMPLES = (
    accepted("a new tag", "churn@v1.0.1 on c2 at 2", existing=("churn@v1.0.0",)),
    refused("a moved version", "move churn@v1.0.0 on c2 at 2", existing=("churn@v1.0.0",)),
    refused("a moved stage", "move churn#prod on c1 at 3", existing=("churn@v1.0.0", "churn#prod at 2")),
    accepted("other tags may move", "move nightly on c2", existing=("nightly",)),
)
