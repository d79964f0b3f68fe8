"""Starts programs and talks to them without `subprocess`, whose import takes as long as a hook's work.

No shell is ever involved, and the environment is always explicit. A child's
stderr goes into a nameless file instead of a pipe, so nobody has to read it
while the child runs, and the child can't block on it.

The caller can limit how long a program may be silent (`patience`): a program
that hangs, for example on a disk or a network, would otherwise hang a hook that
holds the push lock.
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

_STDERR_BYTES = 4096
_READ_BYTES = 1 << 16
# Seconds in which a program ends after its pipes were closed, or after it was killed. If it does not, it hangs in the
# kernel, for example on a disk that is gone, and waiting is pointless.
_GRACE = 1.0


class Child:
    """A program that was started.

    `stdout` reads its output; None if that goes to our stderr. `arguments` are the program and its arguments. The
    caller must call `finish`, `check`, `failure` or `abandon`, which reap it.
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
        """Write all of `data` to the child's stdin. Raises CannotJudge if the child has ended.

        This never blocks if the caller keeps at most 4096 bytes unanswered, the smallest capacity of a pipe.
        """
        assert self._stdin is not None
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._stdin, rest) :]
        except OSError:
            raise self.failure() from None

    def finish(self) -> int:
        """Wait for the child to end; returns its exit status, negative for a signal. Raises CannotJudge if it hangs.

        The caller must have read `stdout` to its end.
        """
        self._close_pipes()
        if self._status is None:
            self._status = self._wait(self._patience)
            if self._status is None:
                raise self._hangs()
        return self._status

    def abandon(self) -> None:
        """End the child, without reading the rest of its output, and reap it. Safe to call after it has ended.

        Closing its pipes ends every program that we start: it reaches the end of its input, or gets SIGPIPE. If it has
        a `patience` and does not end, it is killed.
        """
        try:
            self._close_pipes()
            if self._status is None:
                self._status = self._wait(None if self._patience is None else _GRACE)
                if self._status is None:
                    self._kill()
        finally:
            self._close_stderr()

    def stderr_text(self) -> str:
        """The last 4096 bytes that the child has written to stderr so far, as text; "" if there are none."""
        if self._stderr is None:
            return self._said
        size = os.fstat(self._stderr).st_size
        if not size:
            return ""
        os.lseek(self._stderr, max(0, size - _STDERR_BYTES), os.SEEK_SET)
        return os.read(self._stderr, _STDERR_BYTES).decode("utf-8", "replace").strip()

    def failure(self, advice: str = "") -> CannotJudge:
        """Reap the child; returns an exception for the caller to raise, with its exit status, stderr, and `advice`."""
        status = self.finish()
        how = f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
        said = self.stderr_text()
        self._close_stderr()
        if "not a git repository (or any" in said:
            from ..no_repository import directory_of, no_repository

            return CannotJudge(no_repository(directory_of(self.arguments)))
        message = f"{self._program()} {how}" + (f" and said: {said}" if said else " without a message")
        # Git prints a command to paste on a line of its own, where a full stop would look like a part of it.
        end = "\n" if said.rpartition("\n")[2].startswith("\t") else ". "
        return CannotJudge(f"{message.rstrip('.')}{end}{advice}".strip())

    def check(self, accepted: tuple[int, ...] = (0,), advice: str = "") -> int:
        """Reap the child; returns its exit status. Raises CannotJudge, with `advice`, if that is not `accepted`."""
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
        """Kill the child and reap it; its status is then -9 if it does not even end by that."""
        self._spawned.kill()
        self._status = self._spawned.wait(_GRACE)
        if self._status is None:
            self._status = -9

    def _hangs(self) -> CannotJudge:
        """Kill a child that hangs; returns an exception for the caller to raise."""
        self._kill()
        said = self.stderr_text()
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
            self._said = self.stderr_text()
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
    """Start a program, found on PATH.

    Its stdin is the descriptor `stdin`, or with `talk` a pipe for `Child.send`, or else empty. With `to_terminal` its
    stdout and stderr both go to our stderr. If it is silent for `patience` seconds while the caller waits for its
    output or its end, it is killed and the caller gets CannotJudge; None sets no limit. Raises CannotJudge if it can't
    be started.
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
    """Run a program to its end, with `given` as its stdin; returns its exit status and its output.

    `patience` is that of `start`. Raises CannotJudge like `start`, and for a status that is not `accepted`.
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
    """Open the descriptors 0, 1 and 2 if they are closed, so that no pipe gets one of these numbers."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _not_started(program: str, error: OSError) -> CannotJudge:
    # If a folder on PATH can't be searched, a missing program is reported as "permission denied" (execvp(3)).
    if isinstance(error, FileNotFoundError) or (isinstance(error, PermissionError) and _is_nowhere(program)):
        return CannotJudge(f"The program `{program}` was not found. Install it, or put its folder on PATH.")
    return CannotJudge(f"The program `{program}` could not be started: {error.strerror}.")


def _is_nowhere(program: str) -> bool:
    from shutil import which

    return os.sep not in program and which(program, mode=os.F_OK) is None
