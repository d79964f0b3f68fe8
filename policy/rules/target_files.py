"""Refuses a commit that lacks a required file.

`target.files` lists paths relative to the root of the tagged commit, such as a
model card or `dvc.lock`. The rule covers registrations and assignments;
tombstones are always accepted.

Fix: commit the file and tag that commit.
"""

from __future__ import annotations

from ..verdict import Breach
from ..wording import short_id
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ("target.files",)
WHY = "users of this version rely on the file."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for replayed in facts.events:
        if replayed.event.name.kind not in ("register", "assign"):
            continue
        target = facts.targets.get(replayed.event.commit)
        if target is None or not target.readable:
            continue
        for path in facts.settings.target.files:
            if target.files.get(path) is None:
                yield Breach(
                    f"the commit {short_id(replayed.event.commit)} of {replayed.push.tag!r} has no file {path!r}",
                    replayed.push.ref,
                    facts.model,
                )


CARD = '[target]\nfiles = ["MODEL_CARD.md"]\n'
EXAMPLES = (
    accepted("not required", "churn@v1.0.0"),
    accepted("the file is there", "churn@v1.0.0 on c1 holding MODEL_CARD.md=# Churn", policy=CARD),
    refused("the file is missing", "churn@v1.0.0", policy=CARD),
)
