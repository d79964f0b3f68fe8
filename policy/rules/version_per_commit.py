"""Refuses a second version of a model on one commit.

GTO finds the version in a stage by its commit. It can't tell two versions on one
commit apart, and every command fails once a stage is assigned there.
Deregistered versions count too.

Fix: register the new version on a commit of its own
(`git commit --allow-empty` makes one).
"""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..verdict import Breach
from ..wording import shell_commands, short_id
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..registry.replay import ReplayedEvent

OPTIONS = ()
COMMIT = ("git", "commit", "--allow-empty")
WHY = "GTO finds a stage's version by its commit, and fails if a commit has two."


def check(facts: ModelFacts) -> Iterator[Breach]:
    pushed = {replayed.push.tag for replayed in facts.events}
    first_at: dict[str, str] = {}
    for replayed in facts.events:
        event = replayed.event
        if event.name.kind != "register":
            continue
        if event.commit not in first_at:
            old = [other.tag for other in facts.history.registrations_at[event.commit] if other.tag not in pushed]
            first_at[event.commit] = old[0] if old else event.tag
        if first_at[event.commit] != event.tag:
            yield Breach(
                f"the commit {short_id(event.commit)} of {replayed.push.tag!r} already has {first_at[event.commit]!r}"
                f" of the model {gto_spelling(facts.model or '')!r}",
                replayed.push.ref,
                facts.model,
                fix=shell_commands(COMMIT, _again(replayed, facts)),
            )


def _again(replayed: ReplayedEvent, facts: ModelFacts) -> tuple[str, ...]:
    if facts.circumstances.tag_state == "planned":
        version = str(replayed.event.name.version)
        return "tagwarden", "register", gto_spelling(facts.model or ""), "--version", version
    return "git", "tag", "-f", "-a", replayed.push.tag


EXAMPLES = (
    accepted("a commit of its own", "churn@v1.0.1 on c2 at 2", existing=("churn@v1.0.0 on c1",)),
    accepted("two models on one commit", "fraud@v1.0.0 on c1", existing=("churn@v1.0.0 on c1",)),
    refused("a second version", "churn@v1.0.1 on c1 at 2", existing=("churn@v1.0.0 on c1",)),
    refused(
        "a release on the commit of its release candidate",
        "churn@v1.0.0 on c1 at 2",
        existing=("churn@v1.0.0-rc.1 on c1",),
    ),
    refused(
        "the first was deregistered",
        "churn@v1.0.1 on c1 at 3",
        existing=("churn@v1.0.0 on c1", "churn@v1.0.0! on c1 at 2"),
    ),
    refused("two in one push", "churn@v1.0.0 on c1", "churn@v1.0.1 on c1 at 2"),
)
