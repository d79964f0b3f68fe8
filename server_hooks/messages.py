"""Writes a server hook's messages to the pusher within a time limit, and ends the hook.

A refused push frees the push lock before it writes its message, so that nobody
else waits for it.
"""

from __future__ import annotations

from ..report import exit_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn

# The limit for everything that this process writes.
SECONDS = 10.0

# Other pushes wait for the message of an accepted push, because Git moves no ref before the client has got it. After
# the hook has ended, the process that keeps the lock terminates a receive-pack that is stuck.
SECONDS_WHILE_OTHERS_WAIT = 2.0


def line_prefix(host: str) -> str:
    """The prefix that a line needs so that the hosting system shows it to the user.

    GitLab's web page shows only such lines (its docs on server hooks, "Custom error messages").
    """
    return "GL-HOOK-ERR: " if host == "gitlab" else ""


def write_message(lines: Iterable[str], host: str = "", *, seconds: float = SECONDS) -> bool:
    """Write `lines` to stderr in the form that `host` shows; returns whether all were taken within `seconds`."""
    from ..report import message

    return message.write_message(lines, prefix=line_prefix(host), seconds=seconds)


def exit_with(judge: Callable[[], int], *, host: str, verdict: int = 0) -> NoReturn:
    """End the hook as exit_status.exit_with does; if it could not judge, say on `host` that nothing was accepted."""
    exit_status.exit_with(
        judge, outcome="Nothing was accepted.", prefix=line_prefix(host), seconds=SECONDS, verdict=verdict
    )
