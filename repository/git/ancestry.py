"""Finds commits that no branch contains, exactly, even if the dates of commits are wrong."""

from __future__ import annotations

import os

from .scratch_files import filled_scratch_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .command import Git

_ONE_BY_ONE = 4
# Every tip is an argument, and Linux limits all arguments together to a quarter of the stack limit (2 MiB).
_TIPS_AT_MOST = 1000


def not_contained(git: Git, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
    """The commits among `commits` (all exist) that are not reachable from any tip. Raises CannotJudge if Git fails."""
    if not commits or not tips:
        return set(commits)
    if len(commits) <= _ONE_BY_ONE and len(tips) <= _TIPS_AT_MOST:
        return {commit for commit in commits if not _is_contained(git, commit, tips)}
    # `rev-list` with exclusions never leaves out an uncontained commit. But if commit dates run backwards, it may list
    # contained ones (it stops its search after a guessed number of commits), so those are looked for in the whole
    # history of the tips.
    maybe = _walk(git, [*commits, *(f"^{tip}" for tip in tips)], set(commits))
    if not maybe:
        return maybe
    return maybe - _walk(git, tips, maybe)


def _is_contained(git: Git, commit: str, tips: Sequence[str]) -> bool:
    """Whether a tip reaches the commit: it is then its own merge base with all tips (git-merge-base(1))."""
    return git.line("merge-base", commit, *tips, accepted=(0, 1)) == commit


def _walk(git: Git, from_here: Sequence[str], wanted: set[str]) -> set[str]:
    """The wanted commits that `git rev-list` lists when given the lines `from_here`; stops once it has found all."""
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
