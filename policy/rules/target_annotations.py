"""Refuses a commit whose `artifacts.yaml` GTO can't read.

GTO reads that file in every commit that a model tag points at. One unreadable
file makes every command fail.

Fix: repair or remove the file and tag the new commit.
"""

from __future__ import annotations

from ..objects.annotations import problem_of_annotations
from ..objects.needed_files import ANNOTATIONS_FILE
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
WHY = "GTO reads this file in every tagged commit, and fails for all models if it can't."


def check(facts: ModelFacts) -> Iterator[Breach]:
    problems: dict[bytes, str | None] = {}
    for replayed in facts.events:
        commit = replayed.event.commit
        target = facts.targets.get(commit)
        content = target.files.get(ANNOTATIONS_FILE) if target else None
        if content is None:
            continue
        if content not in problems:
            problems[content] = problem_of_annotations(content, facts.documents())
        if problems[content]:
            yield Breach(
                f"the commit of {replayed.push.tag!r} has an 'artifacts.yaml' that GTO can't read: {problems[content]}",
                replayed.push.ref,
                facts.model,
            )


EXAMPLES = (
    accepted("a commit without the file", "churn@v1.0.0"),
    accepted("a readable file", "churn@v1.0.0 on c1 holding artifacts.yaml=churn: {path: model.pkl}"),
    refused("a file that is not YAML", "churn@v1.0.0 on c1 holding artifacts.yaml=a: b: c"),
    refused("a file of another structure", "churn@v1.0.0 on c1 holding artifacts.yaml=- churn"),
)
