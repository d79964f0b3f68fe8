"""Reads policy files that are named on the command line."""

from __future__ import annotations

import sys

from ..policy.errors import CannotJudge
from ..policy.file.load import MOST_BYTES
from ..report.escape import escape


def read_input(path: str) -> bytes:
    """The content of the file, `-` being standard input; no more than shows that it is too large.

    Raises FileNotFoundError, and CannotJudge where it can't be read.
    """
    try:
        if path == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CannotJudge(f"{escape(path)} can't be read: {reason}") from error
