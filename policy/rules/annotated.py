"""Refuses lightweight model tags.

Only an annotated tag records who made it, when, and why. GTO ignores
lightweight tags, yet they occupy the name, and CI may deploy from them.

Fix: create the tag with `tagwarden`, `gto` or `git tag -a`.
"""

from __future__ import annotations

from ..facts.fix import recreating_command
from ..grammar.tag_name import TagName
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
WHY = "GTO ignores lightweight tags, so the tag would have no effect on the registry."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        if push.new is not None and push.new.type not in ("tag", None) and isinstance(push.name, TagName):
            yield Breach(
                f"{push.tag!r} is a lightweight tag (it points at a {push.new.type}, not at a tag object)",
                push.ref,
                facts.model,
                fix=recreating_command(facts, push),
            )


EXAMPLES = (
    accepted("an annotated tag", "churn@v1.0.0"),
    refused("a lightweight registration", "churn@v1.0.0 lightweight"),
    refused("a lightweight assignment", "churn#prod lightweight", existing=("churn@v1.0.0",)),
    accepted("other tags may be lightweight", "release-2024 lightweight"),
)
