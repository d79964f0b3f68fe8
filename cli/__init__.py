"""The command line: `tagwarden`, or `python -m tagwarden.cli`.

Each command parses its arguments, calls one function of another room, prints
and leaves with a status of docs/exit-status.md.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command that `sys.argv` names, and leave with its exit status."""
    import gc
    import sys

    from .run import run

    # A command ends before its garbage matters; looking for it costs a quarter of a large audit.
    gc.disable()
    sys.exit(run(sys.argv[1:]))
