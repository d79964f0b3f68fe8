"""The exit statuses of hooks and commands (docs/exit-status.md), and how a hook ends with one.

Git goes on with a push if and only if the hook exits with 0 (githooks(5)), so
no error may lead to that status.
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

# Added to the statuses above when a hook file has started Python. Python itself ends with other numbers if it fails to
# start, crashes or is killed, so the hook file can't mistake such an end for a verdict.
_IN_HOOK_FILE = 100
# The same statuses under the names that the templates of hook files use.
IN_HOOK_FILE = {
    "accepted": _IN_HOOK_FILE + ACCEPTED,
    "refused": _IN_HOOK_FILE + REFUSED,
    "could_not_judge": _IN_HOOK_FILE + CANNOT_JUDGE,
}


def exit_with(
    judge: Callable[[], int], *, outcome: str, prefix: str = "", seconds: float | None = None, verdict: int = 0
) -> NoReturn:
    """End this process with `verdict` plus the exit status that `judge` returns, or plus 3 if it raises anything.

    `outcome`, `prefix` and `seconds` are those of `status_of`. `verdict` is 0 or the offset that the hook file expects
    (IN_HOOK_FILE).
    """
    status = CANNOT_JUDGE
    try:
        status = status_of(judge, outcome=outcome, prefix=prefix, seconds=seconds)
    finally:
        # An ordinary exit of the interpreter may take long, and may fail.
        os._exit(verdict + status)


def status_of(judge: Callable[[], int], *, outcome: str, prefix: str = "", seconds: float | None = None) -> int:
    """The exit status that `judge` returns, or 3 if it raises anything.

    In that case it writes the reason to stderr, and then `outcome`, a sentence on what this means for the push.
    `prefix` and `seconds` are those of `write_message`.
    """
    try:
        return judge()
    except CannotJudge as error:
        why = str(error)
    except KeyboardInterrupt:
        why = "interrupted."
    except BaseException as error:  # noqa: BLE001 -- such as MemoryError, or a bug: no verdict
        why = f"unexpected {type(error).__name__}: {error}"
    try:
        from .escape import escape
        from .message import write_message

        first, *rest = [escape(line) for line in why.splitlines() if line] or [""]
        write_message([f"tagwarden could not judge this push: {first}", *rest, outcome], prefix=prefix, seconds=seconds)
    except BaseException:  # noqa: BLE001 -- memory or file descriptors may have run out
        _say_plainly(f"{prefix}tagwarden could not judge this push, nor say why. {outcome}")
    return CANNOT_JUDGE


def _say_plainly(line: str) -> None:
    """Write one line to stderr by the bare system call, after `write_message` has failed; errors are ignored."""
    try:
        os.write(2, f"{line}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass
