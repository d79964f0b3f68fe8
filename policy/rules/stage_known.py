"""Refuses stages that are not declared.

The stages are declared in `stages.names` or, without that key, in GTO's file
`.gto` at the ref from which the policy is read. Without either, any stage is
accepted.

Fix: correct the stage, or have it declared.
"""

from __future__ import annotations

from ..grammar.names import is_counter
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ("stages.names",)
# Each hint takes a comparison with all declared stages, and nobody reads more of them.
MOST_HINTS = 20
WHY = "nothing deploys to an undeclared stage, and nobody notices."


def check(facts: ModelFacts) -> Iterator[Breach]:
    declared = facts.settings.stages.names
    source = "stages.names"
    if declared is None:
        declared, source = facts.circumstances.declared_stages, ".gto"
    if declared is None:
        return
    known = frozenset(declared)
    nears: dict[str, str | None] = {}
    for replayed in facts.events:
        stage = replayed.event.name.stage
        if stage is None or stage in known or replayed.event.name.kind != "assign":
            continue
        stem, dash, counter = stage.rpartition("-")
        meant, hint = None, ""
        if dash and is_counter(counter) and stem in known:
            meant = stem
            hint = f"; GTO 0.1 wrote the stage {stem!r} with a counter as {stage!r}, which is now '{stem}#{counter}'"
        from ..facts.fix import replacing_commands, tagwarden_command
        from ..grammar.near_names import near_name
        from ..wording import short_id, some_of

        if stage not in nears:
            nears[stage] = near_name(stage, declared) if len(nears) < MOST_HINTS else None
        meant = meant or nears[stage]
        event, fix = replayed.event, None
        if meant and facts.history.is_in_force(meant, event.commit):
            hint += f"; {replayed.active or short_id(event.commit)} is in {meant!r} already"
        elif meant:
            command = tagwarden_command(event.name._replace(stage=meant), event.commit, replayed.active)
            fix = replacing_commands(facts, event.tag, command)
        yield Breach(
            f"the stage {stage!r} is not declared in {source} (declared: {some_of(declared) or 'none'}){hint}",
            replayed.push.ref,
            facts.model,
            fix=fix,
        )


DECLARED = '[stages]\nnames = ["dev", "prod"]\n'
ONE = ("churn@v1.0.0",)
EXAMPLES = (
    accepted("any stage, if none is declared", "churn#us-east-1 at 2", existing=ONE),
    accepted("a declared stage", "churn#prod at 2", existing=ONE, policy=DECLARED),
    refused("a typo", "churn#prdo at 2", existing=ONE, policy=DECLARED),
    refused("a counter in the old form", "churn#prod-5 at 2", existing=ONE, policy=DECLARED),
    accepted(
        "leaving a stage that is no longer declared",
        "churn#old! at 3",
        existing=(*ONE, "churn#old at 2"),
        policy=DECLARED,
    ),
)
