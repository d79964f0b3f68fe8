"""What a command raises to leave with an exit status other than 0, and the statuses that only commands have."""

from __future__ import annotations

USAGE = 2
INTERRUPTED = 130
OUTPUT_CLOSED = 141


class Refused(Exception):
    """The answer is no: refused, not found, or not so (exit status 1).

    The message is for the user: what is not so, and what to do about it.
    """
