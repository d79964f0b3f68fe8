"""Refuses a commit that no listed branch contains.

`target.branches` lists globs for branch names. Branches count as they will be
after the push, so a branch and its tags can be pushed together. The rule covers
registrations only: a registered version can still be promoted or taken back
after its branch is gone.

Fix: merge the commit into one of the branches, and push that branch first or
together with the tag.
"""

from __future__ import annotations

from ..verdict import Breach
from ..wording import short_id, some_of
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ("target.branches",)
WHY = "a commit on none of these branches was not reviewed there, and Git may discard it."


def check(facts: ModelFacts) -> Iterator[Breach]:
    branches = facts.settings.target.branches
    names = some_of(map(repr, branches))
    for replayed in facts.events:
        target = facts.targets.get(replayed.event.commit)
        if replayed.event.name.kind == "register" and target is not None and target.on_branches.get(branches) is False:
            yield Breach(
                f"the commit {short_id(replayed.event.commit)} of {replayed.push.tag!r} is on none of the branches in"
                f" target.branches: {names}",
                replayed.push.ref,
                facts.model,
            )


EXAMPLES = (
    accepted("not required", "churn@v1.0.0 on stray"),
    accepted("on the branch", "churn@v1.0.0 on c1", policy='[target]\nbranches = ["main"]\n'),
    accepted(
        "the promotion of a version whose branch was deleted",
        "churn#prod on stray at 2",
        existing=("churn@v1.0.0 on stray",),
        policy='[target]\nbranches = ["main"]\n',
    ),
    refused("not on the branch", "churn@v1.0.0 on stray", policy='[target]\nbranches = ["main"]\n'),
)
