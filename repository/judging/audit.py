"""Judges every tag that a repository has, as if each had been pushed when it is dated."""

from __future__ import annotations

import time

from ...policy.grammar.names import REPLACEMENTS, TAGS
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate, WholePush
from ..git.program import GitProgram
from ..git.tree_walk import TreeWalk
from ..signatures.verifier import find_verifier
from .pipeline import judge_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Literal

    from ...policy.file.policy import Policy
    from ...policy.verdict import Verdict
    from ..git.command import Git
    from ..git.objects import RawObject, TagRef
    from ..trusted.policy_source import PolicySource

    # Told how many tags were read, and of how many.
    Progress = Callable[[int, int], None]

# Models often share their commits; the more are looked at together, the fewer are read twice.
BATCH = 20_000


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
    reader = _CachingReader(git, progress)
    try:
        circumstances = Circumstances(int(time.time()), "history", declared_stages=declared_stages)
        judge = Judge(policy, circumstances, verify=find_verifier(policy, reader, git, now=None))
        created = [RefUpdate(None, tag.oid, TAGS + tag.name) for tag in reader.all_tags()]
        judge_updates(created, reader, [judge], standing={}, batch_size=BATCH)
        replaced = [RefUpdate(None, oid, ref) for ref, oid in reader.refs_under(REPLACEMENTS)]
        judge.judge_whole(WholePush(circumstances, replaced, None))
    finally:
        reader.close()
    return judge.verdict(source=source.source, policy_id=source.id, notes=[source.note] if source.note else [])


class _CachingReader(GitProgram):
    """Lists the tags once, asks once for what a commit lacks, and tells how many tags were read."""

    def __init__(self, git: Git, progress: Progress | None) -> None:
        super().__init__(git)
        self._progress = progress
        self._listed: list[TagRef] | None = None
        self._read = 0
        self._absent: set[tuple[str, str]] = set()
        self.walk = TreeWalk(self, bounded=False)

    def all_tags(self) -> list[TagRef]:
        if self._listed is None:
            self._listed = super().all_tags()
        return self._listed

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        wanted = list(oids)
        yield from super().objects(wanted, limit=limit, content_of=content_of)
        if content_of == "tag":
            self._tell(len(wanted))

    def files(self, wanted: Sequence[tuple[str, str]], *, limit: int) -> list[bytes | None]:
        asked = [each for each in wanted if each not in self._absent]
        found = dict(zip(asked, super().files(asked, limit=limit), strict=True))
        self._absent.update(each for each, content in found.items() if content is None)
        return [found.get(each) for each in wanted]

    def _tell(self, read: int) -> None:
        self._read += read
        if self._progress is not None:
            self._progress(self._read, len(self.all_tags()))
