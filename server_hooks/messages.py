"""Writes a server hook's messages to the pusher, limits how long that may take, and ends the hook.

Nobody else waits meanwhile: a push that is refused has given the push lock up
before it says so.
"""

from __future__ import annotations

from ..report import exit_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn

# In all, for everything that this process says.
SECONDS = 10.0

# What an accepted push has to be told, others wait for: Git moves no ref before that has reached the client. Once
# the hook has gone, whoever keeps the lock ends a receive-pack that is stuck.
SECONDS_WHILE_OTHERS_WAIT = 2.0


def line_prefix(host: str) -> str:
    """What a line must begin with for the hosting system to show it to the user.

    GitLab's web page shows no other lines (its docs on server hooks, "Custom error messages").
    """
    return "GL-HOOK-ERR: " if host == "gitlab" else ""


def write_message(lines: Iterable[str], host: str = "", *, seconds: float = SECONDS) -> bool:
    """Write `lines` to stderr as `host` shows them; whether all were taken within `seconds`."""
    from ..report import message

    return message.write_message(lines, prefix=line_prefix(host), seconds=seconds)


def exit_with(judge: Callable[[], int], *, host: str, verdict: int = 0) -> NoReturn:
    """End the hook as exit_status.exit_with does, and say on `host` why nothing was accepted where that is so."""
    exit_status.exit_with(
        judge, outcome="Nothing was accepted.", prefix=line_prefix(host), seconds=SECONDS, verdict=verdict
    )
