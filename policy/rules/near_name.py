"""Warns of the first tag of a model or stage whose name is very similar to another.

Examples are `chrun` beside `churn`, `prdo` beside `prod`, `Prod` beside `prod`,
and `cv/seg` beside `cv:seg`. Such a name is usually a typo, and a model that was
registered by mistake stays in the registry. Names that differ in a digit are
taken for a series and pass, and a stage that `stage-known` refuses is not
reported twice. It skips a push of more than 20 new models or stages. In a clone,
the hook compares only models of which the clone has no other tag. An audit does
not report such names.

Fix: if it is a typo, delete the tag before you push it: `git tag -d TAG`.
"""

from __future__ import annotations

from ..facts.model_facts import new_stages
from ..grammar.names import gto_spelling
from ..grammar.near_names import near_name
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
# Nobody types the names of more new stages by hand, so these are not typos.
MOST_STAGES = 20

WHY = "a new model or stage is permanent, even if its name was a typo."


def check(facts: ModelFacts) -> Iterator[Breach]:
    model = gto_spelling(facts.model or "")
    # If the names differ only in case, model-case reports it, unless that is off.
    reported = facts.similar.case_twin is not None and facts.settings.levels["model-case"] != "off"
    if facts.similar.near is not None and facts.made and not reported:
        yield Breach(
            f"{model!r} is a new model with almost the same name as {gto_spelling(facts.similar.near)!r}",
            facts.made[0].ref,
            facts.model,
        )
    yield from _stages(facts)


def _stages(facts: ModelFacts) -> Iterator[Breach]:
    new = {stage for stage in new_stages(facts) if not _is_refused(stage, facts)}
    if not new or len(new) > MOST_STAGES:
        return
    model, known = gto_spelling(facts.model or ""), sorted(facts.history.holdings.keys() - new)
    first: dict[str | None, str] = {}
    for replayed in facts.events:
        if replayed.event.name.kind == "assign":
            first.setdefault(replayed.event.name.stage, replayed.push.ref)
    for stage in sorted(new):
        near = near_name(stage, known)
        if near is not None:
            yield Breach(
                f"{stage!r} is a new stage of {model!r} with almost the same name as {near!r}",
                first[stage],
                facts.model,
            )


def _is_refused(stage: str, facts: ModelFacts) -> bool:
    """Whether stage-known reports the stage."""
    names = facts.settings.stages.names
    declared = facts.circumstances.declared_stages if names is None else names
    return declared is not None and stage not in declared and facts.settings.levels["stage-known"] != "off"


ONE = ("churn@v1.0.0",)
ASKED = '[rules]\nnear-name = "error"\n'
EXAMPLES = (
    accepted("a new model", "fraud@v1.0.0", existing=ONE, policy=ASKED),
    refused("two letters swapped", "chrun@v1.0.0", existing=ONE, policy=ASKED),
    refused("an extra letter", "churns@v1.0.0", existing=ONE, policy=ASKED),
    accepted("a series", "churn2@v1.0.0", existing=("churn1@v1.0.0",), policy=ASKED),
    refused("a slash instead of a colon", "cv/seg@v1.0.0", existing=("cv=seg@v1.0.0",), policy=ASKED),
    accepted("a model that already exists", "chrun@v1.0.1 on c2 at 2", existing=(*ONE, "chrun@v1.0.0"), policy=ASKED),
    refused("a typo in a stage", "churn#prdo on c1 at 3", existing=(*ONE, "churn#prod at 2"), policy=ASKED),
    refused(
        "a stage that differs only in case", "churn#Prod on c1 at 3", existing=(*ONE, "churn#prod at 2"), policy=ASKED
    ),
    accepted("another stage", "churn#dev on c1 at 3", existing=(*ONE, "churn#prod at 2"), policy=ASKED),
)
