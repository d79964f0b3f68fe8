"""The exception that means: no verdict was possible."""

from __future__ import annotations


class CannotJudge(Exception):
    """The push could not be judged, so nothing of it is accepted (exit status 3).

    The message is for the pusher: what could not be judged, and what to do.
    """
