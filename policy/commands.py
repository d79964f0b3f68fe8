"""Commands that a user can shell_command into a shell."""

from __future__ import annotations


def shell_command(*words: str) -> str | None:
    """The command, quoted for a POSIX shell; None where a word can't be pasted.

    `!` and `#` are quoted too: bash expands `!` even within double quotes.
    """
    import shlex

    if not all(word.isprintable() for word in words):
        return None
    return " ".join(shlex.quote(word) for word in words)


def shell_commands(*commands: tuple[str, ...]) -> str | None:
    """Several commands, each run only if the one before succeeded."""
    pasted = [shell_command(*command) for command in commands]
    return " && ".join(line for line in pasted if line is not None) if None not in pasted else None
