"""Which branch to push along with a tag."""

from __future__ import annotations

from ...policy.grammar.names import HEADS
from ..git.program import GitProgram

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.command import Git


def branch_that_lacks(git: Git, remote: str, commit: str) -> str | None:
    """The local branch to push so that a branch of `remote` contains `commit`, by its full name.

    None where one does already, as far as is known here, or where no local
    branch contains it. The current branch comes first.
    """
    reader = GitProgram(git)
    try:
        theirs = [oid for ref, oid in reader.refs_under(f"refs/remotes/{remote}/")]
        if not reader.not_contained([commit], theirs):
            return None
        ours = dict(reader.refs_under(HEADS))
        current = reader.head()
        for ref in sorted(ours, key=lambda ref: (ref != current, ref)):
            if not reader.not_contained([commit], [ours[ref]]):
                return ref
    finally:
        reader.close()
    return None
