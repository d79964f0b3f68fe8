"""Runs the foreign hook that ours has replaced, after an accepted push, with the same input from Git."""

from __future__ import annotations

import errno
import os

from ...policy.errors import CannotJudge
from ..git.processes import start
from ..git.scratch_files import filled_scratch_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


# A limit on a server, because other pushes of model tags wait for the hook to end.
SECONDS_UNDER_THE_LOCK = 600.0


def run_foreign_hook(path: str, arguments: Sequence[str], given: bytes, *, seconds: float | None = None) -> int:
    """Run the hook at `path` with `given` on its stdin; returns its exit status, or 1 if a signal ended it.

    Raises CannotJudge if it can't be started, in which case Git would refuse the push, too. If it does not end within
    `seconds` (None: no limit), it is killed, and CannotJudge is raised.
    """
    source = filled_scratch_file(given)
    try:
        status = _run([path, *arguments], source, seconds)
    except CannotJudge as error:
        if not isinstance(error.__cause__, OSError) or error.__cause__.errno != errno.ENOEXEC:
            raise
        # A script without a shebang line, which Git runs by sh.
        status = _run(["sh", path, *arguments], source, seconds)
    finally:
        os.close(source)
    return status if status >= 0 else 1


def _run(command: Sequence[str], source: int, seconds: float | None) -> int:
    return start(command, environment=os.environ, stdin=source, to_terminal=True, patience=seconds).finish()
