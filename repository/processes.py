"""Starts programs and talks to them without `subprocess`, whose import costs a hook as much as its work.

No shell is ever involved and the environment is always explicit. What a child
writes to stderr goes into a nameless file and not into a pipe, so nobody has
to read it while the child runs, and nothing can block on it.

Where the system has no `posix_spawn` (Windows), `subprocess` does the same.
"""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import BinaryIO

_COMPLAINT_BYTES = 4096
_READ_BYTES = 1 << 16
# Python ignores SIGPIPE and children inherit that. 13 everywhere that has posix_spawn; the
# `signal` module would bring the import of `enum`.
_SIGPIPE = 13


class Child:
    """A program that was started.

    `stdout` reads what it writes, None where it writes to our own stdout.
    Either `finish` or `abandon` must be called: they reap it.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        wait: Callable[[], int],
        *,
        stdin: int | None,
        stdout: BinaryIO | None,
        stderr: int | None,
    ) -> None:
        self.arguments = arguments
        self.stdout = stdout
        self._wait = wait
        self._stdin = stdin
        self._stderr = stderr
        self._status: int | None = None

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
        if self._status is None:
            self._close_pipes()
            try:
                self._status = self._wait()
            except ChildProcessError:
                raise CannotJudge(
                    f"{self._program()} ended, but how is unknown: whoever started this process "
                    "ignores SIGCHLD. Start it with SIGCHLD at its default."
                ) from None
        return self._status

    def abandon(self) -> None:
        """Ends a child whose further output nobody wants, and reaps it.

        Closed pipes end every program that is started here: it reads the end
        of its input, or is told that nobody reads its output.
        """
        try:
            self.finish()
        finally:
            self._close_stderr()

    def complaint(self) -> str:
        """The end of what the child wrote to stderr until now, "" for nothing."""
        if self._stderr is None:
            return ""
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
        message = f"{self._program()} {how}" + (f" and said: {said}" if said else " without a word")
        return CannotJudge(f"{message.rstrip('.')}. {advice}".strip())

    def check(self, accepted: tuple[int, ...] = (0,), advice: str = "") -> int:
        """Reaps the child; returns its exit status, raises CannotJudge for one that is not accepted."""
        if self.finish() not in accepted:
            raise self.failure(advice)
        self._close_stderr()
        assert self._status is not None
        return self._status

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
            os.close(self._stderr)
            self._stderr = None


def scratch_file() -> int:
    """A descriptor of an empty nameless file: in memory, or in the system's folder for temporary files.

    Raises CannotJudge where neither can be had.
    """
    if hasattr(os, "memfd_create"):
        try:
            return os.memfd_create("tagwarden")
        except OSError:  # a sandbox may forbid it
            pass
    folder = os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"  # noqa: S108 - random name, O_EXCL
    path = os.path.join(folder, "tagwarden-" + os.urandom(12).hex())
    gone_when_closed = getattr(os, "O_TEMPORARY", 0)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | gone_when_closed
    try:
        descriptor = os.open(path, flags, 0o600)
        if not gone_when_closed:
            os.unlink(path)
    except OSError as error:
        raise _not_written(error) from error
    return descriptor


def start(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    stdin: int | None = None,
    talk: bool = False,
    to_terminal: bool = False,
) -> Child:
    """Starts a program, found on PATH.

    Its stdin is the descriptor `stdin`, a pipe for `Child.send` with `talk`,
    else empty. With `to_terminal` its output goes where ours goes: stdout and
    stderr to our stderr. Raises CannotJudge where it can't be started.
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
        wait = _spawn(arguments, environment, stdin, child_stdout, child_stderr)
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
        wait,
        stdin=write_end if talk else None,
        stdout=None if to_terminal else open(read_end, "rb", _READ_BYTES),
        stderr=None if to_terminal else child_stderr,
    )


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    given: bytes = b"",
    accepted: tuple[int, ...] = (0,),
) -> tuple[int, bytes]:
    """Runs a program to its end; returns its exit status and all that it wrote to stdout.

    `given` is its stdin. Raises CannotJudge for a status that is not accepted.
    """
    source = filled_scratch_file(given) if given else None
    try:
        child = start(arguments, environment=environment, stdin=source)
    finally:
        if source is not None:
            os.close(source)
    assert child.stdout is not None
    output = child.stdout.read()
    return child.check(accepted), output


def filled_scratch_file(data: bytes) -> int:
    """A scratch file that holds `data`, to be read from its start.

    Raises CannotJudge where it can't be written.
    """
    descriptor = scratch_file()
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        os.close(descriptor)
        raise _not_written(error) from error
    return descriptor


def _occupy_standard_descriptors() -> None:
    """Opens 0, 1 and 2 where they are closed, lest a pipe gets one of these numbers."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _spawn(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: int, stdout: int, stderr: int
) -> Callable[[], int]:
    """Starts the program on these descriptors; returns what waits for its exit status."""
    if not hasattr(os, "posix_spawnp"):
        return _spawn_portably(arguments, environment, stdin, stdout, stderr)
    pid = os.posix_spawnp(
        arguments[0],
        list(arguments),
        environment,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, stdin, 0),
            (os.POSIX_SPAWN_DUP2, stderr, 2),
            (os.POSIX_SPAWN_DUP2, stdout, 1),
        ],
        setsigdef=(_SIGPIPE,),
    )
    return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _spawn_portably(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: int, stdout: int, stderr: int
) -> Callable[[], int]:
    import subprocess

    return subprocess.Popen(arguments, env=environment, stdin=stdin, stdout=stdout, stderr=stderr).wait


def _not_written(error: OSError) -> CannotJudge:
    return CannotJudge(
        f"A temporary file could not be written ({error.strerror}). Free some memory, or some space in the folder "
        "that TMPDIR names."
    )


def _not_started(program: str, error: OSError) -> CannotJudge:
    if isinstance(error, FileNotFoundError):
        return CannotJudge(f"The program `{program}` was not found. Install it, or put its folder on PATH.")
    return CannotJudge(f"The program `{program}` could not be started: {error.strerror}.")
