"""Refuses the first tag of a model whose name differs from another's only in case.

`Churn` and `churn` are two models to GTO but one file on the file systems of
macOS and Windows, where a clone can't keep both. An audit names the first tag of
the model that came later.

Fix: use the spelling that exists.
"""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
WHY = "on macOS and Windows the two are one file, and readers can't tell them apart."


def check(facts: ModelFacts) -> Iterator[Breach]:
    if facts.model is None or facts.similar.case_twin is None:
        return
    made = facts.made
    if facts.circumstances.place == "history":
        made = [replayed.push for replayed in facts.events[:1]] or made[:1]
    for push in made:
        yield Breach(
            f"the model {gto_spelling(facts.model)!r} of {push.tag!r} differs only in case from"
            f" {gto_spelling(facts.similar.case_twin)!r}, which exists",
            push.ref,
            facts.model,
        )


EXAMPLES = (
    accepted("a new model", "churn@v1.0.0", existing=("fraud@v1.0.0",)),
    refused("a name that differs only in case", "Churn@v1.0.0", existing=("churn@v1.0.0",)),
    refused("two new models in one push", "churn@v1.0.0", "CHURN@v1.0.0"),
)
