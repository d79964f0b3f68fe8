"""The exit statuses of hooks and commands (docs/exit-status.md), and how a hook ends with one.

Git goes on with a push exactly where a hook exits with 0 (githooks(5)): no
error may end with that.
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

# What Python adds to these where a hook file started it, so that no other end of Python looks like one of them.
_IN_HOOK_FILE = 100
# By the names that the texts of hook files have for them.
IN_HOOK_FILE = {
    "accepted": _IN_HOOK_FILE + ACCEPTED,
    "refused": _IN_HOOK_FILE + REFUSED,
    "could_not_judge": _IN_HOOK_FILE + CANNOT_JUDGE,
}


def exit_with(
    judge: Callable[[], int], *, outcome: str, prefix: str = "", seconds: float | None = None, verdict: int = 0
) -> NoReturn:
    """End this process with `verdict` plus the exit status that `judge` returns; with 3 if it raises anything at all.

    `outcome`, `prefix` and `seconds` are those of `status_of`.
    """
    status = CANNOT_JUDGE
    try:
        status = status_of(judge, outcome=outcome, prefix=prefix, seconds=seconds)
    finally:
        # The interpreter's own way out takes as long as it likes, and may fail.
        os._exit(verdict + status)


def status_of(judge: Callable[[], int], *, outcome: str, prefix: str = "", seconds: float | None = None) -> int:
    """The exit status that `judge` returns; 3 if it raises anything at all.

    In that case stderr says why, and last `outcome`: what it means for the push.
    `prefix` and `seconds` are those of `write_message`.
    """
    try:
        return judge()
    except CannotJudge as error:
        why = str(error)
    except KeyboardInterrupt:
        why = "interrupted."
    except BaseException as error:  # noqa: BLE001 -- out of memory, a mistake of ours: refused
        why = f"unexpected {type(error).__name__}: {error}"
    try:
        from .escape import escape
        from .message import write_message

        first, *rest = [escape(line) for line in why.splitlines() if line] or [""]
        write_message([f"tagwarden could not judge this push: {first}", *rest, outcome], prefix=prefix, seconds=seconds)
    except BaseException:  # noqa: BLE001 -- there is no memory, or no descriptor, left for what words take
        _say_plainly(f"{prefix}tagwarden could not judge this push, nor say why. {outcome}")
    return CANNOT_JUDGE


def _say_plainly(line: str) -> None:
    """One line to stderr by nothing but the system call: what else writing takes has failed."""
    try:
        os.write(2, f"{line}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass
