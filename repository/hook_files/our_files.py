"""Recognizes hook files of this program, of any version, and reads the settings in them."""

from __future__ import annotations

import os

from ..git.whole_file import read_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Side = Literal["client", "server"]

# Appended to the name of a foreign hook that ours has replaced.
KEPT_SUFFIX = ".tagwarden-next"

# The beginning of the comment with the version that wrote the file.
VERSION_LINE = "# Written by tagwarden "

_SIDES: tuple[Side, ...] = ("client", "server")


def mark(side: Side) -> str:
    """The beginning of the comment by which our hook files are recognized; the hook's name follows."""
    return f"# tagwarden {side} hook:"


_MARKS = tuple(f"\n{mark(side)} ".encode() for side in _SIDES)


def is_our_text(text: bytes) -> bool:
    """Whether `text` is the beginning of one of our hook files."""
    beginning = text[:200]
    return any(one in beginning for one in _MARKS)


def is_our_hook(file: str) -> bool:
    """Whether `file` is one of our hook files, and not a symbolic link to one."""
    return not os.path.islink(file) and is_our_text(read_start(file))


def version_in(text: bytes) -> str | None:
    """The version that wrote one of our hook files; None for a version before 0.2, which did not write that."""
    for line in text.split(b"\n"):
        if line.startswith(VERSION_LINE.encode()):
            return line.removeprefix(VERSION_LINE.encode()).decode("utf-8", "replace")
    return None


def about_version(file: str, program: str, install: str) -> str | None:
    """A sentence if our hook file at `file` was written by another version than `program`, the one that it starts.

    None if not, or if the file is not ours. `install` is the command that updates a file that was not printed.
    """
    text = read_start(file)
    written_by = version_in(text)
    if not is_our_text(text) or written_by == program:
        return None
    writer = f"tagwarden {written_by}" if written_by else "an earlier version"
    renewal = renewal_of_printed(file) or install
    return f"what {program} changed in hook files: {file} was written by {writer}. To bring it up to date: {renewal}"


def interpreter_in(text: bytes) -> str | None:
    """The interpreter that one of our hook files starts, None if it can't be read."""
    return setting_in(text, "python")


def renewal_of_printed(file: str) -> str | None:
    """The command that updates our hook file at `file` if it was printed and placed by hand, else None.

    It replaces the file atomically: if writing in place failed, the file would be empty, and accept everything.
    """
    import shlex

    text = read_start(file)
    repair = setting_in(text, "repair") if is_our_text(text) else None
    if repair is None or " --print" not in repair:
        return None
    new = shlex.quote(f"{os.path.realpath(file)}.new")
    return f"{repair} > {new} && chmod 755 {new} && mv {new} {shlex.quote(os.path.realpath(file))}"


def setting_in(text: bytes, name: str) -> str | None:
    """The value of the variable `name` in one of our hook files, None if it can't be read."""
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
    """The interpreter that our hook file at `file`, or at the end of a link there, starts; None if it is not ours."""
    text = read_start(file)
    return interpreter_in(text) if is_our_text(text) else None
