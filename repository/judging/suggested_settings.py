"""Finds out which stricter settings today's tags already satisfy."""

from __future__ import annotations

import time

from ...policy.file.suggestions import candidates
from ...policy.grammar.names import HEADS, TAGS
from ...policy.grammar.near_miss import NearMiss
from ...policy.grammar.tag_name import parse_tag_name
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate
from ..git.program import GitProgram
from .pipeline import judge_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.suggestions import Suggestion
    from ..git.command import Git


def suggestions(git: Git) -> list[Suggestion]:
    """The settings under which none of the repository's model tags breaks the rule in question.

    Every tag is read once, whatever the number of settings. Raises CannotJudge
    where the repository can't be read.
    """
    reader = GitProgram(git)
    try:
        refs = reader.all_tags()
        names = [name for ref in refs if (name := parse_tag_name(ref.name)) and not isinstance(name, NearMiss)]
        tried = candidates(names, _default_branch(reader))
        circumstances = Circumstances(int(time.time()), "history")
        judges = [Judge(one.policy(), circumstances) for one in tried]
        if judges:
            judge_updates([RefUpdate(None, ref.oid, TAGS + ref.name) for ref in refs], reader, judges, standing={})
    finally:
        reader.close()
    return [
        one
        for one, judge in zip(tried, judges, strict=True)
        if not any(finding.rule == one.rule for finding in judge.findings)
    ]


def _default_branch(reader: GitProgram) -> str | None:
    head = reader.head()
    return head.removeprefix(HEADS) if head is not None and reader.head_commit() is not None else None
