"""Judges every tag that a repository has, as if each had been pushed when it is dated."""

from __future__ import annotations

import time

from ..policy.case import WholePush
from ..policy.judge import Judge
from ..policy.push import Circumstances, RefUpdate
from .facts import TAGS, judge_updates
from .git_program import GitProgram
from .signatures import find_verifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..policy.policy import Policy
    from ..policy.verdict import Verdict
    from .git_command import Git
    from .policy_source import PolicySource
    from .reader import RawObject, TagRef

    # Told how many tags were read, and of how many.
    Progress = Callable[[int, int], None]

REPLACEMENTS = "refs/replace/"


def audit(
    git: Git,
    policy: Policy,
    source: PolicySource,
    *,
    declared_stages: tuple[str, ...] | None,
    progress: Progress | None = None,
) -> Verdict:
    """The verdict on all tags, and on the replacements (refs/replace/*) that disguise objects.

    What depends on who pushed, or on what was pushed together, can't be told
    any more. Raises CannotJudge where the repository can't be read.
    """
    reader = _OneListing(git, progress)
    try:
        circumstances = Circumstances(int(time.time()), "history", declared_stages=declared_stages)
        judge = Judge(policy, circumstances, verify=find_verifier(policy, reader, git, now=None))
        created = [RefUpdate(None, tag.oid, TAGS + tag.name) for tag in reader.all_tags()]
        judge_updates(created, reader, [judge], standing={})
        replaced = [RefUpdate(None, oid, ref) for ref, oid in reader.refs_under(REPLACEMENTS)]
        judge.judge_whole(WholePush(circumstances, replaced, 0, None))
    finally:
        reader.close()
    return judge.verdict(source=source.source, policy_id=source.id, notes=[source.note] if source.note else [])


class _OneListing(GitProgram):
    """Lists the tags once, however often they are asked for, and tells how many were read."""

    def __init__(self, git: Git, progress: Progress | None) -> None:
        super().__init__(git)
        self._progress = progress
        self._listed: list[TagRef] | None = None
        self._read = 0

    def all_tags(self) -> list[TagRef]:
        if self._listed is None:
            self._listed = super().all_tags()
        return self._listed

    def objects(self, oids: Iterable[str], *, limit: int) -> Iterator[RawObject]:
        wanted = list(oids)
        yield from super().objects(wanted, limit=limit)
        if limit and self._progress is not None:
            self._read += len(wanted)
            self._progress(self._read, len(self.all_tags()))
