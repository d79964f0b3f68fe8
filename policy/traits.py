"""What a model's share of a push holds, in single words.

A hook pays for each rule that it imports. So each rule names the traits
without which it can have nothing to say (`CONCERNS` in `rules`), and most
tags have none but the kind of their event. A trait may say too much: the
rule itself decides. It must never be missing where a rule would object.
"""

from __future__ import annotations

from .needs import ANNOTATIONS_FILE
from .tag_name import TagName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .case import Case
    from .push import Tag


def traits_of(case: Case) -> set[str]:
    """The kinds of the events that are made, and whatever is out of the ordinary."""
    traits: set[str] = set()
    if len(case.made) < len(case.pushes):
        traits.add("delete")
    if case.obstacles:
        traits.add("obstacle")
    if case.case_twin is not None:
        traits.add("case-twin")
    for push in case.made:
        name = push.name
        if not isinstance(name, TagName):
            traits.add("near-miss")
            continue
        traits.add(name.kind)
        if name.version is not None and (name.version.prerelease or name.version.build):
            traits.add("suffix")
        if push.old is not None:
            traits.add("move")
        if push.new is not None:
            traits.update(_of_tag(push.new, case))
    for turn in case.turns:
        if turn.versions_here > 1 or len(case.history.registrations_at.get(turn.event.commit, ())) > 1:
            traits.add("crowded-commit")
            break
    return traits


def _of_tag(tag: Tag, case: Case) -> Iterator[str]:
    found = tag.object
    if found is None:
        yield "lightweight"
        return
    if found.name != tag.name:
        yield "other-name"
    if found.defects or found.message_bytes > case.settings.message.max_bytes:
        yield "defect"
    target = case.targets.get(found.target)
    if (
        target is None
        or target.type != "commit"
        or found.target_type != "commit"
        or (target.commit is not None and target.commit.defect is not None)
    ):
        yield "odd-target"
    elif target.files.get(ANNOTATIONS_FILE) is not None:
        yield "annotations"
