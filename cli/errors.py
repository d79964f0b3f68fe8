"""The exception with which a command answers no, the exit statuses that only commands have, and errors in words."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

USAGE = 2
INTERRUPTED = 130
OUTPUT_CLOSED = 141


class Refused(Exception):
    """The answer is no: refused, not found, or not true (exit status 1).

    The message tells the user what is not so, and what to do about it.
    """


def in_words(error: BaseException) -> str:
    """The message of `error`; that of an OSError without its number, and after the name of its file."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    return error.strerror if error.filename is None else f"{os.fsdecode(error.filename)}: {error.strerror}"


@contextmanager
def explaining_unreadable_log() -> Iterator[None]:
    """Turn an OSError inside the `with` block into CannotJudge: the push log can't be read."""
    try:
        yield
    except OSError as error:
        raise CannotJudge(f"the push log can't be read: {in_words(error)}") from error


def printable(message: str) -> str:
    """`message`, whose lines may hold anything that was typed or read, as it can be printed."""
    lines = "\n".join(escape(line.expandtabs()) for line in message.split("\n"))
    # repr() writes a byte that is not UTF-8 as a surrogate.
    return re.sub(r"(?<!\\)\\udc([89a-f][0-9a-f])", r"\\x\1", lines)
