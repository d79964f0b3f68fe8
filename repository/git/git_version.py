"""Git's version, and the oldest one that tagwarden works with."""

from __future__ import annotations

# The first version that reads GIT_CONFIG_COUNT, by which settings for a remote are passed to Git (git-config(1)).
OLDEST = (2, 31)


def parse_git_version(answer: str) -> tuple[int, ...]:
    """The first two numbers in the answer of `git version`, such as (2, 54); () if they can't be read."""
    words = answer.split()
    numbers = [part for part in (words[2] if len(words) > 2 else "").split(".")[:2] if part.isdigit()]
    return tuple(map(int, numbers))


def about_old_git(version: tuple[int, ...]) -> str | None:
    """A sentence if Git is too old; None if it is not, or if `version` is ()."""
    if not version or version >= OLDEST:
        return None
    found, needed = (".".join(map(str, numbers)) for numbers in (version, OLDEST))
    return f"Git {found} is too old: tagwarden needs Git {needed} or newer"
