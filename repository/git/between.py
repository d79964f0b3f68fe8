"""What lies between two commits: how many commits, and which files are different."""

from __future__ import annotations

from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .command import Git


class Between(Record):
    """`added` commits are in the new one's history alone, `dropped` ones in the old one's; `files` are paths."""

    added: int
    dropped: int
    files: tuple[str, ...]


def between(git: Git, old: str, new: str) -> Between:
    """What lies between the commits `old` and `new`. Raises CannotJudge where one of them can't be read."""
    counts = git.line("rev-list", "--left-right", "--count", "--end-of-options", f"{old}...{new}")
    dropped, added = map(int, counts.split("\t"))
    _, names = git.run("diff-tree", "-r", "--name-only", "--no-renames", "-z", "--end-of-options", old, new)
    files = names.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return Between(added, dropped, tuple(files))
