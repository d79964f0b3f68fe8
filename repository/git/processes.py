"""Starts programs and talks to them without `subprocess`, whose import costs a hook as much as its work.

No shell is ever involved and the environment is always explicit. What a child
writes to stderr goes into a nameless file and not into a pipe, so nobody has
to read it while the child runs, and nothing can block on it.

Who waits for a program may say how long at most (`patience`): one that hangs,
say on a disk or a network, would else hang a hook that keeps the push lock.
"""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from .scratch_files import filled_scratch_file, scratch_file
from .spawning import spawn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

    from .spawning import Spawned

_COMPLAINT_BYTES = 4096
_READ_BYTES = 1 << 16
# Seconds in which a program ends that is no longer listened to, or that was killed. One that
# does not sits in the kernel, on a disk that is gone, and can't be waited for.
_GRACE = 1.0


class Child:
    """A program that was started.

    `stdout` reads what it writes, None where it writes to our own stdout.
    Either `finish` or `abandon` must be called: they reap it.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        spawned: Spawned,
        *,
        stdin: int | None,
        stdout: int | None,
        stderr: int | None,
        patience: float | None,
    ) -> None:
        self.arguments = arguments
        self.stdout = None if stdout is None else self._reading(stdout, patience)
        self._spawned = spawned
        self._stdin = stdin
        self._stderr = stderr
        self._patience = patience
        self._status: int | None = None
        self._said = ""

    def send(self, data: bytes) -> None:
        """Writes all of `data` to the child's stdin.

        The caller keeps what is unanswered below 4096 bytes, the smallest
        capacity of a pipe: then this never blocks. Raises CannotJudge if the
        child has gone.
        """
        assert self._stdin is not None
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._stdin, rest) :]
        except OSError:
            raise self.failure() from None

    def finish(self) -> int:
        """Waits for the end; returns the exit status, negative for a signal.

        Where a pipe leads from the child, the caller has read it to its end.
        """
        self._close_pipes()
        if self._status is None:
            self._status = self._wait(self._patience)
            if self._status is None:
                raise self._hangs()
        return self._status

    def abandon(self) -> None:
        """Ends a child whose further output nobody wants, and reaps it.

        Closed pipes end every program that is started here: it reads the end
        of its input, or is told that nobody reads its output. With `patience`
        it is killed where that does not help.
        """
        try:
            self._close_pipes()
            if self._status is None:
                self._status = self._wait(None if self._patience is None else _GRACE)
                if self._status is None:
                    self._kill()
        finally:
            self._close_stderr()

    def complaint(self) -> str:
        """The end of what the child wrote to stderr until now, "" for nothing."""
        if self._stderr is None:
            return self._said
        size = os.fstat(self._stderr).st_size
        if not size:
            return ""
        os.lseek(self._stderr, max(0, size - _COMPLAINT_BYTES), os.SEEK_SET)
        return os.read(self._stderr, _COMPLAINT_BYTES).decode("utf-8", "replace").strip()

    def failure(self, advice: str = "") -> CannotJudge:
        """Reaps the child and puts what happened into an exception for the caller to raise."""
        status = self.finish()
        how = f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
        said = self.complaint()
        self._close_stderr()
        if "not a git repository (or any" in said:
            from ..no_repository import directory_of, no_repository

            return CannotJudge(no_repository(directory_of(self.arguments)))
        message = f"{self._program()} {how}" + (f" and said: {said}" if said else " without a word")
        # Git puts a command to paste on a line of its own: a full stop would be taken for a part of it.
        end = "\n" if said.rpartition("\n")[2].startswith("\t") else ". "
        return CannotJudge(f"{message.rstrip('.')}{end}{advice}".strip())

    def check(self, accepted: tuple[int, ...] = (0,), advice: str = "") -> int:
        """Reaps the child; returns its exit status, raises CannotJudge for one that is not accepted."""
        if self.finish() not in accepted:
            raise self.failure(advice)
        self._close_stderr()
        assert self._status is not None
        return self._status

    def _reading(self, descriptor: int, patience: float | None) -> BinaryIO:
        if patience is None or not hasattr(os, "readv"):
            return open(descriptor, "rb", _READ_BYTES)
        from io import BufferedReader

        from .patient_output import PatientOutput

        return BufferedReader(PatientOutput(descriptor, seconds=patience, hangs=self._hangs), _READ_BYTES)

    def _wait(self, seconds: float | None) -> int | None:
        try:
            return self._spawned.wait(seconds)
        except ChildProcessError:
            raise CannotJudge(
                f"{self._program()} ended, but how is unknown: whoever started this process "
                "ignores SIGCHLD. Start it with SIGCHLD at its default."
            ) from None

    def _kill(self) -> None:
        """Ends the child, whatever it does. Its status is then of no use to anybody."""
        self._spawned.kill()
        self._status = self._spawned.wait(_GRACE)
        if self._status is None:
            self._status = -9

    def _hangs(self) -> CannotJudge:
        """Ends a child that nothing more is heard of; the exception for the caller to raise."""
        self._kill()
        said = self.complaint()
        self._close_stderr()
        message = f"{self._program()} did not go on for {self._patience:g} seconds, so it was ended"
        return CannotJudge(
            f"{message}{f', having said: {said}' if said else ''}. Look for what holds it up: a disk or a network "
            "folder that does not answer, or a machine with too much to do. Then try again."
        )

    def _program(self) -> str:
        words = [word for word in self.arguments[:4] if not word.startswith("--format")]
        return f"`{' '.join(words)}`"

    def _close_pipes(self) -> None:
        if self._stdin is not None:
            os.close(self._stdin)
            self._stdin = None
        if self.stdout is not None:
            self.stdout.close()

    def _close_stderr(self) -> None:
        if self._stderr is not None:
            self._said = self.complaint()
            os.close(self._stderr)
            self._stderr = None


def start(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    stdin: int | None = None,
    talk: bool = False,
    to_terminal: bool = False,
    patience: float | None = None,
) -> Child:
    """Starts a program, found on PATH.

    Its stdin is the descriptor `stdin`, a pipe for `Child.send` with `talk`,
    else empty. With `to_terminal` its output goes where ours goes: stdout and
    stderr to our stderr. Whoever waits for its output or its end gets CannotJudge
    once nothing has come for `patience` seconds, and the program is ended; None
    waits for ever. Raises CannotJudge where it can't be started.
    """
    _occupy_standard_descriptors()
    ours: list[int] = []
    theirs: list[int] = []
    try:
        if talk:
            stdin, write_end = os.pipe()
            theirs.append(stdin)
            ours.append(write_end)
        elif stdin is None:
            stdin = os.open(os.devnull, os.O_RDONLY)
            theirs.append(stdin)
        if to_terminal:
            child_stdout = child_stderr = 2
        else:
            read_end, child_stdout = os.pipe()
            ours.append(read_end)
            theirs.append(child_stdout)
            child_stderr = scratch_file()
            ours.append(child_stderr)
        descriptors = (stdin, child_stdout, child_stderr)
        spawned = spawn(arguments, environment, descriptors, leads_group=patience is not None)
    except (OSError, CannotJudge) as error:
        for descriptor in ours:
            os.close(descriptor)
        if isinstance(error, CannotJudge):
            raise
        raise _not_started(arguments[0], error) from error
    finally:
        for descriptor in theirs:
            os.close(descriptor)
    return Child(
        arguments,
        spawned,
        stdin=write_end if talk else None,
        stdout=None if to_terminal else read_end,
        stderr=None if to_terminal else child_stderr,
        patience=patience,
    )


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    given: bytes = b"",
    accepted: tuple[int, ...] = (0,),
    patience: float | None = None,
) -> tuple[int, bytes]:
    """Runs a program to its end; returns its exit status and all that it wrote to stdout.

    `given` is its stdin, `patience` that of `start`. Raises CannotJudge for a status that is not accepted.
    """
    source = filled_scratch_file(given) if given else None
    try:
        child = start(arguments, environment=environment, stdin=source, patience=patience)
    finally:
        if source is not None:
            os.close(source)
    assert child.stdout is not None
    try:
        output = child.stdout.read()
        return child.check(accepted), output
    finally:
        child.abandon()


def _occupy_standard_descriptors() -> None:
    """Opens 0, 1 and 2 where they are closed, lest a pipe gets one of these numbers."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _not_started(program: str, error: OSError) -> CannotJudge:
    # A folder on PATH that may not be entered makes "not found" a "permission denied" (execvp(3)).
    if isinstance(error, FileNotFoundError) or (isinstance(error, PermissionError) and _is_nowhere(program)):
        return CannotJudge(f"The program `{program}` was not found. Install it, or put its folder on PATH.")
    return CannotJudge(f"The program `{program}` could not be started: {error.strerror}.")


def _is_nowhere(program: str) -> bool:
    from shutil import which

    return os.sep not in program and which(program, mode=os.F_OK) is None
