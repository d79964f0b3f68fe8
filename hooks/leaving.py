"""How the client's hook ends: with its verdict's exit status, and never with 0 for an error.

Git goes on with the push exactly where a hook exits with 0 (githooks(5)).
"""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge
from ..report.escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn

ACCEPTED = 0
REFUSED = 1
CANNOT_JUDGE = 3

# What the hook file adds to these, so that no other end of Python looks like one of them.
IN_HOOK_FILE = 100


def exit_with(judge: Callable[[], int], *, verdict: int = 0) -> NoReturn:
    """End this process with the exit status that `judge` returns; with 3 if it raises anything at all.

    `verdict` is added to each of them.
    """
    status = CANNOT_JUDGE
    try:
        status = status_of(judge)
    finally:
        # Without the interpreter's own way out, which takes as long as it likes and may fail.
        os._exit(verdict + status)


def status_of(judge: Callable[[], int]) -> int:
    """The exit status that `judge` returns; 3, with a word on stderr, if it raises anything at all."""
    try:
        return judge()
    except CannotJudge as error:
        why = str(error)
    except KeyboardInterrupt:
        why = "interrupted."
    except BaseException as error:  # noqa: BLE001 -- out of memory, a mistake of ours: refused
        why = f"unexpected {type(error).__name__}: {error}"
    first, *rest = [escape(line) for line in why.splitlines() if line] or [""]
    tell([f"tagwarden could not judge this push: {first}", *rest, "Nothing was pushed."])
    return CANNOT_JUDGE


def tell(lines: Iterable[str]) -> None:
    """Write `lines` to stderr. Nobody there to read them changes nothing about the verdict."""
    rest = memoryview("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
    try:
        while rest:
            rest = rest[os.write(2, rest) :]
    except OSError:
        pass
