"""Runs the programs that verify signatures: without a shell, in a private folder, with a time limit."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from ...policy.budget import Budget
    from ..git.bounded_program import CompletedProgram

# The variables that a program inherits: none that select an agent or a home folder.
INHERITED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")


def private_folder() -> AbstractContextManager[str]:
    """A temporary folder that only this user can read, deleted when the `with` block ends."""
    import tempfile

    return tempfile.TemporaryDirectory(prefix="tagwarden-", ignore_cleanup_errors=True)


def write(folder: str, name: str, content: bytes) -> str:
    """Write a file into a folder; returns its path."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def run_program(arguments: Sequence[str], *, home: str, given: bytes, package: str, budget: Budget) -> CompletedProgram:
    """Run a program to its end with `given` as its stdin, in the folder `home`, which is also its home folder.

    `package` is what to install if it is missing. Raises CannotJudge if it can't be started, writes too much, or
    exceeds the push's `budget`.
    """
    import time

    from ..git.bounded_program import NotStarted, TimedOut, TooMuchOutput, run_bounded

    budget.check("signatures", arguments[0])
    began = time.monotonic()

    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # ssh-keygen(1) reads times in the local time zone.
    environment |= {"HOME": home, "GNUPGHOME": home, "LC_ALL": "C", "TZ": "UTC"}
    try:
        return run_bounded(
            arguments, environment=environment, given=given, folder=home, seconds=budget.left("signatures")
        )
    except TimedOut:
        raise CannotJudge(budget.too_slow("signatures", ascii(arguments[0]))) from None
    except TooMuchOutput as error:
        raise CannotJudge(f"Signatures can't be verified: {error}") from None
    except NotStarted as error:
        how = f"can't be run: {error.why}."
        if error.is_missing:
            how = f"was not found. Install {package}, or set the Git configuration that names the program"
            how += " (gpg.program, gpg.ssh.program)."
        raise CannotJudge(f"Signatures can't be verified: the program {arguments[0]!r} {how}") from error
    finally:
        budget.charge("signatures", time.monotonic() - began)
