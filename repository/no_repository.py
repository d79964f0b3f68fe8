"""The message if Git finds no repository."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Git recognizes a repository by these (gitrepository-layout(5), "DESCRIPTION"); HEAD must also be readable.
PARTS = ("HEAD", "objects", "refs")


def no_repository(directory: str | None) -> str:
    """Why Git finds no repository in or above `directory`; None or "." is the current folder."""
    if directory in (None, "", "."):
        return "This is not a git repository, nor in one. Name one: tagwarden -C DIR COMMAND"
    where = os.path.abspath(directory or ".")
    lacking = [part for part in PARTS if not os.path.exists(os.path.join(where, part))]
    if len(lacking) > 1:
        return f"{where!r} is not a git repository, nor in one"
    damage = f"{lacking[0]} is missing" if lacking else "HEAD can't be read; it must say 'ref: refs/heads/<branch>'"
    return f"{where!r} is not a git repository any more: {damage}"


def directory_of(arguments: Sequence[str]) -> str | None:
    """The folder in Git's command line `arguments` if it begins with `git -C <folder>`, else None."""
    return arguments[2] if len(arguments) > 2 and arguments[1] == "-C" else None
