"""Refuses a model tag that does not point directly at an existing commit that GTO can read.

GTO assumes that the target is a commit. A tag on a file or a tree makes every
command fail; a tag of a tag gives a version without a commit. Every command
also fails on a commit without an author or a committer, on one that is dated
after the year 9999, and on one that is not written in the encoding that it
declares (git-commit(1), `i18n.commitEncoding`).

Fix: tag the commit that contains the model. If GTO can't read that commit, commit again.
"""

from __future__ import annotations

from ..facts.fix import recreating_command
from ..grammar.tag_name import TagName
from ..verdict import Breach
from ..wording import short_id
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..push import Tag

OPTIONS = ()
WHY = "GTO assumes that every target is a commit, and fails for all models if one is not."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        if push.new is None or not isinstance(push.name, TagName):
            continue
        problem = _problem(push.new, facts)
        if problem:
            fix = recreating_command(facts, push) if "another tag" in problem else None
            yield Breach(f"{push.tag!r} {problem}", push.ref, facts.model, fix=fix)


def _problem(tag: Tag, facts: ModelFacts) -> str | None:
    if tag.type is None:
        return f"points at the object {short_id(tag.oid)}, which does not exist"
    if tag.type != "tag":
        return None if tag.type == "commit" else f"points at a {tag.type} instead of a commit"
    if tag.object is None or not tag.object.target:
        return None
    if tag.object.target_type == "tag":
        return "points at another tag instead of a commit"
    if tag.object.target_type != "commit":
        return f"points at a {tag.object.target_type} instead of a commit"
    target = facts.targets.get(tag.object.target)
    if target is None or target.type == "commit":
        defect = target.commit.defect if target and target.commit else None
        return f"points at the commit {short_id(tag.object.target)}, which GTO can't read: {defect}" if defect else None
    if target.type is None:
        return f"points at the commit {short_id(tag.object.target)}, which does not exist"
    return f"points at {tag.object.target}, which is a {target.type} and not a commit"


EXAMPLES = (
    accepted("a tag on a commit", "churn@v1.0.0 on c1"),
    refused("a tag on a file", "churn@v1.0.0 on blob"),
    refused("a lightweight tag on a file", "churn@v1.0.0 on blob lightweight"),
    refused("a tag on a tree", "churn@v1.0.0 on tree"),
    refused("a tag on a tag", "churn@v1.0.0 on tag"),
    refused("a commit in an unknown encoding", "churn@v1.0.0 on c1 committed 1 encoding klingon"),
    refused("a commit that does not exist", "churn@v1.0.0 on nothing"),
)
