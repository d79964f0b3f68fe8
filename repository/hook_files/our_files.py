"""How the hook files of this program are told from those of others, whichever version made them."""

from __future__ import annotations

import os

from ..git.whole_file import read_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Side = Literal["client", "server"]

# What a foreign hook that made way for ours is called, behind its own name.
KEPT_SUFFIX = ".tagwarden-next"

# The beginning of the comment that tells which version wrote the file.
VERSION_LINE = "# Written by tagwarden "

_SIDES: tuple[Side, ...] = ("client", "server")


def mark(side: Side) -> str:
    """The beginning of a hook file's second comment; the hook's name follows."""
    return f"# tagwarden {side} hook:"


_MARKS = tuple(f"\n{mark(side)} ".encode() for side in _SIDES)


def is_our_text(text: bytes) -> bool:
    """Whether `text` is that of a hook file of ours."""
    beginning = text[:200]
    return any(one in beginning for one in _MARKS)


def is_our_hook(file: str) -> bool:
    """Whether `file` is one of our hook files, and not a link to one."""
    return not os.path.islink(file) and is_our_text(read_start(file))


def version_in(text: bytes) -> str | None:
    """The version that wrote a hook file of ours; None for one that wrote no such line, before 0.2."""
    for line in text.split(b"\n"):
        if line.startswith(VERSION_LINE.encode()):
            return line.removeprefix(VERSION_LINE.encode()).decode("utf-8", "replace")
    return None


def about_version(file: str, program: str, renewal: str) -> str | None:
    """What to tell of our hook file at `file` if another version wrote it than the `program` that it starts."""
    text = read_start(file)
    written_by = version_in(text)
    if not is_our_text(text) or written_by == program:
        return None
    writer = f"tagwarden {written_by}" if written_by else "an earlier version"
    return f"what {program} changed in hook files: {file} was written by {writer}. To bring it up to date: {renewal}"


def interpreter_in(text: bytes) -> str | None:
    """The interpreter that a hook file of ours names, None where none can be read."""
    return setting_in(text, "python")


def renewal_of_printed(file: str) -> str | None:
    """The command that updates our hook file at `file` if it was printed and placed by hand; else None.

    It replaces the file at once: one that is written in place would be empty, and accept, where that fails.
    """
    import shlex

    text = read_start(file)
    repair = setting_in(text, "repair") if is_our_text(text) else None
    if repair is None or " --print" not in repair:
        return None
    new = shlex.quote(f"{os.path.realpath(file)}.new")
    return f"{repair} > {new} && chmod 755 {new} && mv {new} {shlex.quote(os.path.realpath(file))}"


def setting_in(text: bytes, name: str) -> str | None:
    """The value that a hook file of ours gives the variable `name`, None where none can be read."""
    import shlex

    start = f"{name}=".encode()
    for line in text.split(b"\n"):
        if line.startswith(start):
            try:
                (found,) = shlex.split(os.fsdecode(line.removeprefix(start)))
            except ValueError:
                return None
            return found
    return None


def interpreter_of(file: str) -> str | None:
    """The interpreter that our hook at `file`, or the one that it is a link to, names; None for another's hook."""
    text = read_start(file)
    return interpreter_in(text) if is_our_text(text) else None
