"""Refuses an assignment that skips a stage.

`stages.path` lists stages in order. A version may be assigned to one of them only
if it was assigned to the previous one before. Within a second, the assignments of
a push count in the order of the path. Stages that are not in the path are
unrestricted, and a version may always go back.

Fix: assign the skipped stage first.
"""

from __future__ import annotations

from ..facts.fix import recreating_command, replacing_commands
from ..grammar.names import gto_spelling
from ..verdict import Breach
from ..wording import short_id
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..registry.replay import ReplayedEvent

OPTIONS = ("stages.path",)
WHY = "a version that skips a stage was never tested there."


def check(facts: ModelFacts) -> Iterator[Breach]:
    path = facts.settings.stages.path
    step_before = dict(zip(path[1:], path, strict=False))
    for replayed in facts.events:
        stage = replayed.event.name.stage
        before = step_before.get(stage) if stage and replayed.event.name.kind == "assign" else None
        if before is not None and not replayed.earlier_stages.includes_by(before, replayed.event.time):
            yield _skipped(replayed, before, facts)


def _skipped(replayed: ReplayedEvent, before: str, facts: ModelFacts) -> Breach:
    model = gto_spelling(facts.model or "")
    tag, version = replayed.push.tag, str(replayed.active or "")
    assigns = (
        f"{tag!r} assigns {replayed.event.name.stage!r} to {version or short_id(replayed.event.commit)} of {model!r},"
    )
    if before in replayed.earlier_stages:
        # By their dates, which are all that later readers have, the stage was skipped.
        return Breach(
            f"{assigns} and is dated before any tag that assigns {before!r} to it",
            replayed.push.ref,
            facts.model,
            fix=recreating_command(facts, replayed.push),
        )
    return Breach(
        f"{assigns} which was never in {before!r}",
        replayed.push.ref,
        facts.model,
        fix=replacing_commands(facts, tag, *_steps(replayed, facts, model, version)) if version else None,
    )


def _steps(replayed: ReplayedEvent, facts: ModelFacts, model: str, version: str) -> list[tuple[str, ...]]:
    """The commands that assign the version to the skipped stages, and then to its own."""
    path, stage = facts.settings.stages.path, replayed.event.name.stage or ""
    missing = [stage]
    commit = replayed.event.commit
    pushed = {
        other.event.name.stage
        for other in facts.events
        if other.event.commit == commit and other.event.name.kind == "assign"
    }
    for before in reversed(path[: path.index(stage)]):
        if before in replayed.earlier_stages or before in pushed:
            break
        missing.insert(0, before)
    return [("tagwarden", "assign", model, step, "--version", version) for step in missing]


PATH = '[stages]\npath = ["dev", "staging", "prod"]\n'
ONE = ("churn@v1.0.0 at 1",)
EXAMPLES = (
    accepted("no path", "churn#prod at 2", existing=ONE),
    accepted("the first stage", "churn#dev at 2", existing=ONE, policy=PATH),
    accepted("the next stage", "churn#staging at 3", existing=(*ONE, "churn#dev at 2"), policy=PATH),
    accepted("two steps in one push", "churn#dev at 2", "churn#staging at 3", existing=ONE, policy=PATH),
    accepted(
        "two steps in the same second",
        "churn#prod at 3",
        "churn#staging at 3",
        existing=(*ONE, "churn#dev at 2"),
        policy=PATH,
    ),
    accepted(
        "the next stage, after the version has left the one before",
        "churn#staging at 4",
        existing=(*ONE, "churn#dev at 2", "churn#dev! at 3"),
        policy=PATH,
    ),
    refused("two steps in the wrong order", "churn#staging at 2", "churn#dev at 3", existing=ONE, policy=PATH),
    refused(
        "a step that is dated before the one that must precede it",
        "churn#staging at 4",
        existing=(*ONE, "churn#dev at 5"),
        policy=PATH,
    ),
    accepted(
        "a step in the same second as the one that must precede it",
        "churn#staging at 5",
        existing=(*ONE, "churn#dev at 5"),
        policy=PATH,
    ),
    accepted(
        "a step after the first of several assignments that may precede it",
        "churn#staging at 4",
        existing=(*ONE, "churn#dev at 5", "churn#dev#1 at 3"),
        policy=PATH,
    ),
    accepted("a stage that is not in the path", "churn#shadow at 2", existing=ONE, policy=PATH),
    refused("a skipped stage", "churn#prod at 3", existing=(*ONE, "churn#dev at 2"), policy=PATH),
    refused(
        "steps of another version, which do not count",
        "churn#staging#2 on c2 at 5",
        existing=(*ONE, "churn#dev at 2", "churn@v1.1.0 on c2 at 3"),
        policy=PATH,
    ),
)
