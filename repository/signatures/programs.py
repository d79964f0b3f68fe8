"""Runs the programs that verify signatures: no shell, a private folder, and not for ever."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from ...policy.budget import Budget
    from ..git.bounded_program import Answered

# What a program may inherit. Neither an agent nor a home folder has a say in what is good.
INHERITED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")


def private_folder() -> AbstractContextManager[str]:
    """A folder that only we can read; gone when the `with` block ends."""
    import tempfile

    return tempfile.TemporaryDirectory(prefix="tagwarden-", ignore_cleanup_errors=True)


def write(folder: str, name: str, content: bytes) -> str:
    """Put a file into a folder of ours; its path."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def run_program(arguments: Sequence[str], *, home: str, given: bytes, package: str, budget: Budget) -> Answered:
    """Run a program to its end with `given` as its stdin.

    `package` is what to install where it is not there. Raises CannotJudge
    where it can't be started, or takes longer than the push's `budget` allows.
    """
    import time

    from ..git.bounded_program import NotStarted, SaidTooMuch, TookTooLong, run_bounded

    budget.check("signatures", arguments[0])
    began = time.monotonic()

    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # ssh-keygen(1) reads times in the local zone.
    environment |= {"HOME": home, "GNUPGHOME": home, "LC_ALL": "C", "TZ": "UTC"}
    try:
        return run_bounded(
            arguments, environment=environment, given=given, folder=home, seconds=budget.left("signatures")
        )
    except TookTooLong:
        raise CannotJudge(budget.too_slow("signatures", ascii(arguments[0]))) from None
    except SaidTooMuch as error:
        raise CannotJudge(f"Signatures can't be verified: {error}") from None
    except NotStarted as error:
        how = f"can't be run: {error.why}."
        if error.is_missing:
            how = f"was not found. Install {package}, or set the Git configuration that names the program"
            how += " (gpg.program, gpg.ssh.program)."
        raise CannotJudge(f"Signatures can't be verified: the program {arguments[0]!r} {how}") from error
    finally:
        budget.charge("signatures", time.monotonic() - began)
