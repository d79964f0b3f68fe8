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
    """Whether a hook file of ours stands at `file`, and not a link to one."""
    return not os.path.islink(file) and is_our_text(read_start(file))


def interpreter_in(text: bytes) -> str | None:
    """The interpreter that a hook file of ours names, None where none can be read."""
    import shlex

    for line in text.split(b"\n"):
        if line.startswith(b"python="):
            try:
                (found,) = shlex.split(os.fsdecode(line.removeprefix(b"python=")))
            except ValueError:
                return None
            return found
    return None


def interpreter_of(file: str) -> str | None:
    """The interpreter that our hook at `file` names; None for another's hook."""
    return interpreter_in(read_start(file)) if is_our_hook(file) else None
