"""Compares two commits: how many commits lie between them, and which files differ.

Two commits are compared by Git. Many commits are compared pair by pair in one
pass over their history, because a process for each pair would take hours.
"""

from __future__ import annotations

import os
from collections import Counter

from ...policy.record import Record
from .scratch_files import filled_scratch_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .command import Git

# Longer histories, and larger sets of changed files, are not compared.
MOST_COMMITS = 200_000
MOST_FILES = 50_000


class Between(Record):
    """The difference between two commits.

    `added` counts the commits that are only in the new one's history, `dropped` those that are only in the old one's;
    `files` are the paths that differ.
    """

    added: int
    dropped: int
    files: tuple[str, ...]


def between(git: Git, old: str, new: str) -> Between:
    """The difference between the commits `old` and `new`. Raises CannotJudge if one of them can't be read."""
    counts = git.line("rev-list", "--left-right", "--count", "--end-of-options", f"{old}...{new}")
    dropped, added = map(int, counts.split("\t"))
    _, names = git.run("diff-tree", "-r", "--name-only", "--no-renames", "-z", "--end-of-options", old, new)
    files = names.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return Between(added, dropped, tuple(files))


class Lineage(Record):
    """Which histories contain how many commits.

    `places` numbers the compared commits. `groups` counts the commits of all histories by a bit mask: bit N is set if
    the history of commit number N contains them.
    """

    places: Mapping[str, int]
    groups: Mapping[int, int]

    def added(self, commits: Sequence[str]) -> list[list[int]]:
        """A matrix: row I, column J counts the commits in the history of commit J that are not in that of commit I."""
        bits = [1 << self.places[commit] for commit in commits]
        wanted = sum(set(bits))
        groups: Counter[int] = Counter()
        for mask, count in self.groups.items():
            groups[mask & wanted] += count
        return [
            [sum(count for mask, count in groups.items() if mask & new and not mask & old) for new in bits]
            for old in bits
        ]


def lineage_of(git: Git, commits: Sequence[str]) -> Lineage | None:
    """The lineage of `commits`; None if their histories have more than MOST_COMMITS commits.

    Raises CannotJudge if Git fails, for example because commits are missing.
    """
    places = {commit: place for place, commit in enumerate(dict.fromkeys(commits))}
    masks = {commit: 1 << place for commit, place in places.items()}
    groups: Counter[int] = Counter()
    # Children come before their parents, so a commit's mask is complete when its line is read.
    for number, line in enumerate(_lines(git, places, "rev-list", "--topo-order", "--parents", "--stdin")):
        if number == MOST_COMMITS:
            return None
        commit, *parents = line.decode("ascii").split()
        mask = masks.pop(commit)
        groups[mask] += 1
        for parent in parents:
            masks[parent] = masks.get(parent, 0) | mask
    return Lineage(places, groups)


def changed_files(git: Git, steps: Sequence[tuple[str, str]]) -> list[dict[str, tuple[str, str]]] | None:
    """The files that differ, for each pair (old, new) of commits: path → (mode and id in old, mode and id in new).

    None if there are more than MOST_FILES. Raises CannotJudge if Git fails.
    """
    found: list[dict[str, tuple[str, str]]] = []
    command = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--always")
    about: tuple[str, str] | None = None
    files = 0
    for part in _lines(git, [f"{new} {old}" for old, new in steps], *command, end=b"\0"):
        if about is not None:
            found[-1][part.decode("utf-8", "surrogateescape")] = about
            about = None
            files += 1
            if files > MOST_FILES:
                return None
        elif part.startswith(b":"):
            old_mode, new_mode, old, new, _ = part.decode("ascii")[1:].split(" ")
            about = f"{old_mode} {old}", f"{new_mode} {new}"
        else:
            found.append({})
    return found


def _lines(git: Git, given: Sequence[str] | Mapping[str, int], *command: str, end: bytes = b"\n") -> Iterator[bytes]:
    """Run `git` with the lines `given` as its input, and yield its output lines, which end with `end`, as they come.

    The command is stopped if the caller stops. Raises CannotJudge if it fails.
    """
    if not given:
        return
    source = filled_scratch_file("".join(f"{line}\n" for line in given).encode("ascii"))
    try:
        child = git.start(*command, stdin=source)
    finally:
        os.close(source)
    assert child.stdout is not None
    rest = b""
    try:
        while chunk := child.stdout.read(1 << 16):
            *lines, rest = (rest + chunk).split(end)
            yield from lines
        child.check()
    finally:
        child.abandon()
