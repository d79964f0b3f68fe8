"""The command line: `tagwarden`, or `python -m tagwarden.cli`.

Each command parses its arguments, calls one function of another folder, prints
the result and exits with a status of docs/exit-status.md.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command that `sys.argv` names, and exit with its status."""
    import io
    import os
    import sys

    try:
        import gc

        from .run import run

        # A command ends before garbage matters, and collecting it costs a quarter of a large audit.
        gc.disable()
        # If the terminal can't show a character, an escape is better than an error.
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        status = run(sys.argv[1:])
    except SystemExit:
        raise
    except BaseException as error:
        if os.environ.get("TAGWARDEN_TRACEBACK"):
            raise
        status = _without_a_traceback(error)
    sys.exit(status)


def _without_a_traceback(error: BaseException) -> int:
    """Report in one line why the program could not run; returns the exit status for it (docs/exit-status.md)."""
    import os

    interrupted = isinstance(error, KeyboardInterrupt)
    why = "interrupted" if interrupted else " ".join(f"unexpected {type(error).__name__}: {error}".split())
    try:
        os.write(2, f"tagwarden: {why}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass
    return 130 if interrupted else 3
