"""Refuses an annotated tag whose object has a different name than its ref.

An annotated tag has its name in two places: the ref and the tag object. Git
uses the ref, GTO the object. A tag pushed as `sandbox@v0.0.1` whose object says
`churn@v9.9.9` registers `churn@v9.9.9`. A signed tag also still verifies after
it is pushed under another name.

Fix: recreate the tag under the name that it should have.
"""

from __future__ import annotations

from ..facts.fix import recreating_command
from ..grammar.tag_name import TagName
from ..verdict import Breach
from ..wording import quoted
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
WHY = "GTO uses the name in the object, so the tag would not do what its ref says."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        found = push.new.object if push.new else None
        if found is not None and isinstance(push.name, TagName) and found.name not in (push.tag, ""):
            yield Breach(
                f"the tag object has the name {quoted(found.name)}, but its ref is {quoted(push.tag)}",
                push.ref,
                facts.model,
                fix=recreating_command(facts, push),
            )


EXAMPLES = (
    accepted("object and ref agree", "churn@v1.0.0"),
    refused("the object names another model", "sandbox@v0.0.1 says churn@v9.9.9"),
    refused("an old tag replayed under a new name", "churn@v2.0.0 says churn@v1.0.0"),
    refused("a deployment in disguise", "sandbox#dev says churn#prod", existing=("sandbox@v0.0.1",)),
)
