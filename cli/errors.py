"""The exception with which a command answers no, and the exit statuses that only commands have."""

from __future__ import annotations

USAGE = 2
INTERRUPTED = 130
OUTPUT_CLOSED = 141


class Refused(Exception):
    """The answer is no: refused, not found, or not true (exit status 1).

    The message tells the user what is not so, and what to do about it.
    """
