"""Refuses to move a model tag.

Whoever fetched the tag keeps the old one: Git does not update tags that exist.
Two people then mean different models by one version.

To put it right, register a new version, or assign the stage by a new tag
(`tagwarden assign` counts them up).
"""

from __future__ import annotations

from ..grammar.tag_name import TagName
from ..verdict import Breach
from .contract import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
WHY = "clones keep the tag that they have, so one name would mean two models."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        if push.old is not None and push.new is not None and isinstance(push.name, TagName):
            yield Breach(
                f"{push.tag!r} exists; it may not be moved from {push.old.oid} to {push.new.oid}", push.ref, facts.model
            )


EXAMPLES = (
    Example("a new tag", ("churn@v1.0.1 on c2 at 2",), refused=False, existing=("churn@v1.0.0",)),
    Example("a moved version", ("move churn@v1.0.0 on c2 at 2",), refused=True, existing=("churn@v1.0.0",)),
    Example(
        "a moved stage", ("move churn#prod on c1 at 3",), refused=True, existing=("churn@v1.0.0", "churn#prod at 2")
    ),
    Example("other tags may move", ("move nightly on c2",), refused=False, existing=("nightly",)),
)
