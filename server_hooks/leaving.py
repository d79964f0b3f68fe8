"""How a server hook ends: with its verdict's exit status, and never with 0 for an error.

Git accepts the push exactly where a hook exits with 0 (githooks(5)).
"""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

ACCEPTED = 0
REFUSED = 1
CANNOT_JUDGE = 3

# What a hook file adds to these, so that no other end of Python looks like one of them.
IN_HOOK_FILE = 100


def exit_with(judge: Callable[[], int], *, host: str, verdict: int = 0) -> NoReturn:
    """End this process with the exit status that `judge` returns; with 3 if it raises anything at all.

    `verdict` is added to each of them.
    """
    status = CANNOT_JUDGE
    try:
        status = judge()
    except CannotJudge as error:
        _tell_why_not(str(error), host)
    except BaseException as error:  # noqa: BLE001 -- out of memory, interrupted, a mistake of ours: refused
        _tell_why_not(f"unexpected {type(error).__name__}: {error}", host)
    finally:
        # Without the interpreter's own way out, which takes as long as it likes and may fail.
        os._exit(verdict + status)


def _tell_why_not(why: str, host: str) -> None:
    try:
        from ..report.escape import escape
        from .messages import tell

        lines = [escape(line) for line in why.splitlines() if line] or [""]
        tell([f"tagwarden could not judge this push: {lines[0]}", *lines[1:], "Nothing was accepted."], host)
    except BaseException:  # noqa: BLE001, S110 -- there is no memory left even for a message
        pass
