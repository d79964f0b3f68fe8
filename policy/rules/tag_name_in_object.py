"""Refuses an annotated tag whose object bears another name than its ref.

The name stands twice: in the ref and within the tag object. GTO believes the
object, Git the ref. A tag pushed as `sandbox@v0.0.1` whose object says
`churn@v9.9.9` registers the latter; a signed tag pushed again under another
name still verifies.

To put it right, make the tag anew under the name that it shall have.
"""

from __future__ import annotations

from ..grammar.tag_name import TagName
from ..verdict import Breach
from ..wording import quoted, shell_command
from .contract import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
WHY = "GTO goes by the name in the object, so the tag would register something else than it says."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        found = push.new.object if push.new else None
        if found is not None and isinstance(push.name, TagName) and found.name not in (push.tag, ""):
            yield Breach(
                f"the tag object says {quoted(found.name)}, its ref {quoted(push.tag)}",
                push.ref,
                facts.model,
                fix=shell_command("git", "tag", "-f", "-a", push.tag, found.target),
            )


EXAMPLES = (
    Example("object and ref agree", ("churn@v1.0.0",), refused=False),
    Example("the object speaks for another model", ("sandbox@v0.0.1 says churn@v9.9.9",), refused=True),
    Example("an old tag replayed under a new name", ("churn@v2.0.0 says churn@v1.0.0",), refused=True),
    Example("a deployment in disguise", ("sandbox#dev says churn#prod",), refused=True, existing=("sandbox@v0.0.1",)),
)
