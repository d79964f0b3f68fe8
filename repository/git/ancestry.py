"""Which commits no branch contains. The answer is exact even where the dates of commits are wrong."""

from __future__ import annotations

import os

from .scratch_files import filled_scratch_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .command import Git

_ONE_BY_ONE = 4
# Every tip is an argument; Linux takes a quarter of the stack limit (2 MiB) of those.
_TIPS_AT_MOST = 1000


def not_contained(git: Git, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
    """Those of the commits, which all exist, that no tip reaches. Raises CannotJudge where Git fails."""
    if not commits or not tips:
        return set(commits)
    if len(commits) <= _ONE_BY_ONE and len(tips) <= _TIPS_AT_MOST:
        return {commit for commit in commits if not _is_contained(git, commit, tips)}
    # Sound for what it leaves out; where commit dates run backwards it may name too many (its limit
    # of commits to look past is a guess), so the rest is looked for in the whole history of the tips.
    maybe = _walk(git, [*commits, *(f"^{tip}" for tip in tips)], set(commits))
    if not maybe:
        return maybe
    return maybe - _walk(git, tips, maybe)


def _is_contained(git: Git, commit: str, tips: Sequence[str]) -> bool:
    """git-merge-base(1): the best common ancestor of a commit and a would-be merge of all tips."""
    return git.line("merge-base", commit, *tips, accepted=(0, 1)) == commit


def _walk(git: Git, from_here: Sequence[str], wanted: set[str]) -> set[str]:
    """Those of the wanted commits that `git rev-list` meets; it ends when all are met."""
    met: set[str] = set()
    source = filled_scratch_file("".join(f"{line}\n" for line in from_here).encode("ascii"))
    try:
        child = git.start("rev-list", "--stdin", stdin=source)
    finally:
        os.close(source)
    assert child.stdout is not None
    try:
        for line in child.stdout:
            commit = line.rstrip().decode("ascii")
            if commit in wanted:
                met.add(commit)
                if len(met) == len(wanted):
                    return met
        child.check()
    finally:
        child.abandon()
    return met
