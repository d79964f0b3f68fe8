"""Finds out whether a branch must be pushed along with a tag, and which one."""

from __future__ import annotations

from contextlib import closing

from ...policy.grammar.names import HEADS, TAGS
from ..git.program import GitProgram
from .remote import RemoteUnavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..git.command import Git
    from .remote import Remote


def remote_has(git: Git, name: str, remote: Remote, commit: str, tagged: Sequence[str]) -> bool:
    """Whether the remote `name` has `commit`, reachable from any of its branches or tags.

    `tagged` are ids of objects that it is known to have. If the remote can't be asked and this clone does not know, the
    answer is False.
    """
    with closing(GitProgram(git)) as reader:
        fetched = [oid for _, oid in reader.refs_under(f"refs/remotes/{name}/")]
        if not reader.not_contained([commit], [*fetched, *_commits(reader, tagged)]):
            return True
        try:
            return remote.has_commit(commit)
        except RemoteUnavailable:  # also if the remote does not support the question: before Git 2.32, or plain HTTP
            pass
        try:
            theirs = remote.list(None).tags
        except RemoteUnavailable:
            return False
        # For a tag that both have, we know its commit.
        shared = [tag.name for tag in reader.all_tags() if theirs.get(tag.name) == tag.oid]
        commits = [reader.resolve(f"{TAGS}{tag}^{{commit}}") for tag in shared]
        return not reader.not_contained([commit], [oid for oid in commits if oid is not None])


def branch_with(git: Git, commit: str) -> str | None:
    """The full name of a local branch that contains `commit`, the current one if possible; None if there is none."""
    with closing(GitProgram(git)) as reader:
        ours = dict(reader.refs_under(HEADS))
        current = reader.head()
        for ref in sorted(ours, key=lambda ref: (ref != current, ref)):
            if not reader.not_contained([commit], [ours[ref]]):
                return ref
    return None


def _commits(reader: GitProgram, oids: Sequence[str]) -> list[str]:
    """Those of `oids` that are commits of this clone."""
    return [found.oid for found in reader.objects(dict.fromkeys(oids), limit=0) if found.type == "commit"]
