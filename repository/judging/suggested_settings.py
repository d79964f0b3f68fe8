"""Finds the settings that fit the existing tags."""

from __future__ import annotations

import time

from ...policy.file.suggestions import candidate_suggestions, ignore_suggestions, version_order_suggestions
from ...policy.grammar.foreign_tags import foreign_tags, is_foreign, lets_through
from ...policy.grammar.names import HEADS, TAGS
from ...policy.grammar.near_miss import NearMiss
from ...policy.grammar.tag_name import parse_tag_name
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate
from ...policy.record import Record
from ..git.program import GitProgram
from .pipeline import judge_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.suggestions import Suggestion
    from ..git.command import Git


class Suggested(Record):
    """The settings that fit a repository.

    `satisfied` are stricter settings that all of its tags satisfy. `needed` are settings without which tags break a
    rule; `passing` are examples of typos that would no longer be reported with those.
    """

    satisfied: list[Suggestion]
    needed: list[Suggestion]
    passing: list[str]


def suggestions(git: Git) -> Suggested:
    """Find the settings that fit the tags of a repository, reading each tag once for all settings.

    Raises CannotJudge if the repository can't be read.
    """
    reader = GitProgram(git)
    try:
        refs = reader.all_tags()
        parsed = [parse_tag_name(ref.name) for ref in refs]
        names = [name for name in parsed if name is not None and not isinstance(name, NearMiss)]
        tried = [*candidate_suggestions(names, _default_branch(reader)), *version_order_suggestions()]
        circumstances = Circumstances(int(time.time()), "history")
        judges = [Judge(one.policy(), circumstances) for one in tried] if names else []
        if judges:
            judge_updates([RefUpdate(None, ref.oid, TAGS + ref.name) for ref in refs], reader, judges, existing={})
    finally:
        reader.close()
    fitting = [
        one
        for one, judge in zip(tried, judges, strict=False)
        if not any(finding.rule == one.rule for finding in judge.findings)
    ]
    strictest, *_ = [one for one in fitting if one.rule == "version-order"] or version_order_suggestions()
    models = sorted({name.model for name in names})
    foreign = foreign_tags(miss.tag for miss in parsed if isinstance(miss, NearMiss) and is_foreign(miss.tag, models))
    needed = [*ignore_suggestions(foreign), *([strictest] if strictest != version_order_suggestions()[0] else [])]
    passing = [slip for one in foreign for slip in lets_through(one.glob, models)]
    return Suggested([one for one in fitting if one.rule != "version-order"], needed, passing)


def _default_branch(reader: GitProgram) -> str | None:
    head = reader.head()
    return head.removeprefix(HEADS) if head is not None and reader.head_commit() is not None else None
