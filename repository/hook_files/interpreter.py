"""The Python interpreter that hook files of this installation start."""

from __future__ import annotations

import os
import sys

from ..git.bounded_program import NotCompleted, run_bounded
from .errors import CannotInstall

# Far more than an import takes, even from a slow network folder.
PATIENCE = 120.0


def own_interpreter(module: str) -> str:
    """The absolute path of this interpreter.

    Raises CannotInstall if it can't import `module`, the hook's main program, when it is started as a hook starts it.
    """
    python = os.path.abspath(sys.executable)
    try:
        ran = run_bounded(
            [python, "-I", "-c", f"import {module}"], environment=os.environ, folder="/", seconds=PATIENCE
        )
    except NotCompleted as error:
        raise CannotInstall(f"{python} -I can't load tagwarden. {error}") from error
    if ran.status != 0:
        raise CannotInstall(
            f"{python} -I can't load tagwarden ({ran.last_line}); "
            "install it where those who run the hook can read it, and run that"
        )
    return python
