"""Runs the programs that verify signatures: no shell, a private folder, and not for ever."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from ...policy.budget import Budget

# What a program may inherit. Neither an agent nor a home folder has a say in what is good.
INHERITED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")


class Ran(Record):
    """How a program ended, and what it wrote."""

    status: int
    output: str
    complaint: str

    @property
    def last_word(self) -> str:
        """The last line of what it complained of."""
        lines = self.complaint.splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


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


def run_program(arguments: Sequence[str], *, home: str, given: bytes, package: str, budget: Budget) -> Ran:
    """Run a program to its end with `given` as its stdin.

    `package` is what to install where it is not there. Raises CannotJudge
    where it can't be started, or takes longer than the push's `budget` allows.
    """
    import time

    from ..git.bounded_program import SaidTooMuch, TookTooLong, run_bounded

    budget.check("signatures", arguments[0])
    began = time.monotonic()

    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # ssh-keygen(1) reads times in the local zone.
    environment |= {"HOME": home, "GNUPGHOME": home, "LC_ALL": "C", "TZ": "UTC"}
    try:
        ran = run_bounded(
            arguments, environment=environment, given=given, folder=home, seconds=budget.left("signatures")
        )
    except TookTooLong:
        raise CannotJudge(budget.too_slow("signatures", ascii(arguments[0]))) from None
    except SaidTooMuch:
        raise CannotJudge(f"Signatures can't be verified: the program {arguments[0]!a} says too much.") from None
    except CannotJudge as error:
        raise _cannot_run(arguments[0], package, error.__cause__) from error
    finally:
        budget.charge("signatures", time.monotonic() - began)
    output, complaint = ran.output.decode("utf-8", "surrogateescape"), ran.complaint.decode("utf-8", "replace")
    return Ran(ran.status, output, complaint)


def _cannot_run(program: str, package: str, cause: BaseException | None) -> CannotJudge:
    if isinstance(cause, FileNotFoundError):
        return CannotJudge(
            f"Signatures can't be verified: the program {program!a} was not found. Install {package}, "
            "or set the Git configuration that names the program (gpg.program, gpg.ssh.program)."
        )
    why = cause.strerror if isinstance(cause, OSError) else cause
    return CannotJudge(f"Signatures can't be verified: the program {program!a} can't be run: {why}.")
