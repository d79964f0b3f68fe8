"""Runs a program to its end, with limits on its time, its memory and its output.

It imports `subprocess`, so it is only for programs that a hook does not always
need before its verdict; those are run by `processes`, without that import.
"""

from __future__ import annotations

import os
import time

from ...policy.errors import CannotJudge
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO, Any

# Enough for a listing of a million tags with long names.
MOST_BYTES = 128 * 1024 * 1024
MOST_STDERR_BYTES = 64 * 1024
# For a Git process that lists a remote's refs: it holds all of them in memory before it prints the first.
MOST_MEMORY = 1024 * 1024 * 1024
# How long to read what is left in a pipe after its writer has ended.
LAST_SECONDS = 2.0
# Seconds after which a user wonders what is going on.
SLOW = 1.0
_CHUNK = 1 << 16


class CompletedProgram(Record):
    """The exit status of a program (negative for a signal), and what it wrote to stdout and stderr."""

    status: int
    output: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Its stdout, then its stderr, as text."""
        return (self.output + self.stderr).decode("utf-8", "replace")

    @property
    def stderr_lines(self) -> list[str]:
        """The lines of stderr, stripped, without empty ones."""
        lines = self.stderr.decode("utf-8", "replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def last_line(self) -> str:
        """The last line of stderr that is not empty, or a phrase that says that there is none."""
        return ["it printed nothing", *self.stderr_lines][-1]


class NotCompleted(CannotJudge):
    """A program was not run to its end."""


class NotStarted(NotCompleted):
    """The program could not be started. `why` is the reason; `is_missing`: it does not exist."""

    def __init__(self, program: str, error: Exception) -> None:
        self.why = error.strerror if isinstance(error, OSError) else str(error)
        self.is_missing = isinstance(error, FileNotFoundError)
        super().__init__(f"The program `{program}` could not be started: {self.why}.")


class TimedOut(NotCompleted):
    """The program did not end in time, or it `ended`, but a process that it left behind kept its output open.

    `so_far` is what it had written by then.
    """

    def __init__(self, program: str, so_far: CompletedProgram, *, ended: bool) -> None:
        super().__init__(f"The program `{program}` did not end in time.")
        self.so_far = so_far
        self.ended = ended


class TooMuchOutput(NotCompleted):
    """The program wrote more than MOST_BYTES."""

    def __init__(self, program: str) -> None:
        super().__init__(f"The program `{program}` printed more than {MOST_BYTES // 1024**2} MiB.")


class RunAs(Record):
    """The user that a program runs as, by numeric ids."""

    uid: int
    gid: int
    groups: Sequence[int]


def run_bounded(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    seconds: float | None,
    given: bytes = b"",
    folder: str | None = None,
    user: RunAs | None = None,
    memory: int | None = None,
    terminal: bool = False,
    when_slow: Callable[[Sequence[str]], None] | None = None,
) -> CompletedProgram:
    """Run `command` to its end with `given` as its stdin.

    It runs in `folder` (None: the current one) as `user` (None: the current one; another one requires root), with at
    most `seconds` and `memory` in bytes (None: no limit). With `terminal` it may ask the user questions on the
    terminal. After one second, `when_slow` is called with the lines that it has written to stderr so far.

    Raises NotStarted, TimedOut or TooMuchOutput, all of them NotCompleted. The program has then been killed, and
    without `terminal` also all processes that it started.
    """
    import threading

    with _Signals(alone=terminal) as signals:
        process = _started(command, given, environment, folder, user, memory, terminal=terminal)
        output, stderr = _Kept(MOST_BYTES), _Kept(MOST_STDERR_BYTES)
        began = time.monotonic()
        deadline = None if seconds is None else began + seconds
        readers = [
            threading.Thread(target=output.read, args=(process.stdout, lambda: _end(process, terminal)), daemon=True),
            threading.Thread(target=stderr.read, args=(process.stderr, None), daemon=True),
        ]
        in_time = False
        try:
            for reader in readers:
                reader.start()
            signals.let_through()
            at_once = SLOW if when_slow is not None and (seconds is None or seconds > SLOW) else seconds
            # A program nearly always ends right after its last output; `wait` with a timeout would poll for that.
            readers[0].join(at_once)
            in_time = _ends(process, None if at_once is None else began + at_once - time.monotonic())
            if not in_time and when_slow is not None:
                when_slow(CompletedProgram(0, b"", stderr.whole()).stderr_lines)
                in_time = _ends(process, None if deadline is None else deadline - time.monotonic())
        finally:
            _end(process, terminal)
            for reader in readers:
                # A process that left the session may still hold the other end.
                reader.join(None if deadline is None else max(LAST_SECONDS, deadline - time.monotonic()))
    whole = not any(reader.is_alive() for reader in readers)
    answered = CompletedProgram(process.returncode, output.whole(), stderr.whole())
    if not in_time:
        raise TimedOut(command[0], answered, ended=False)
    if output.is_over:
        raise TooMuchOutput(command[0])
    if not whole:
        raise TimedOut(command[0], answered, ended=True)
    return answered


def _started(
    command: Sequence[str],
    given: bytes,
    environment: Mapping[str, str],
    folder: str | None,
    user: RunAs | None,
    memory: int | None,
    *,
    terminal: bool,
) -> subprocess.Popen[bytes]:
    import subprocess
    import tempfile

    # In a session of its own, ssh can't ask questions on our terminal, and all processes can be killed as one group.
    options: dict[str, Any] = {"start_new_session": not terminal}
    if memory is not None and os.name == "posix":
        options["preexec_fn"] = lambda: _limit_memory(memory)
    if user is not None:
        options |= {"user": user.uid, "group": user.gid, "extra_groups": user.groups}
    with tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        try:
            return subprocess.Popen(
                command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=folder,
                **options,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise NotStarted(command[0], error) from error


def _ends(process: subprocess.Popen[bytes], seconds: float | None) -> bool:
    """Wait for the process to end; returns whether it did within `seconds`."""
    import subprocess

    try:
        process.wait(None if seconds is None else max(seconds, 0.01))
    except subprocess.TimeoutExpired:
        return False
    return True


class _Kept:
    """Reads a pipe and keeps up to `most` bytes; `is_over` is set if there are more."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._chunks: list[bytes] = []
        self.is_over = False

    def read(self, pipe: IO[bytes], when_over: Callable[[], None] | None) -> None:
        """Read the pipe to its end, and close it; call `when_over`, once, if there is more than `most` bytes."""
        with pipe:
            while chunk := os.read(pipe.fileno(), _CHUNK):
                self._left -= len(chunk)
                if self._left >= 0:
                    self._chunks.append(chunk)
                elif not self.is_over:
                    self.is_over = True
                    if when_over is not None:
                        when_over()

    def whole(self) -> bytes:
        """The bytes that were kept."""
        return b"".join(self._chunks)


class _Signals:
    """In a `with` statement, turns SIGTERM, SIGHUP and SIGINT into KeyboardInterrupt, held back until `let_through`.

    So this process can kill the program that it started, which a signal to our process group does not reach, because
    it has a session of its own. With `alone` nothing is changed.
    """

    def __init__(self, *, alone: bool) -> None:
        import signal
        import threading

        self._is_held_back = True
        self._came = False
        self._handlers: dict[int, Any] = {}
        if os.name == "posix" and not alone and threading.current_thread() is threading.main_thread():
            usual = {
                signal.SIGTERM: signal.SIG_DFL,
                signal.SIGHUP: signal.SIG_DFL,
                signal.SIGINT: signal.default_int_handler,
            }
            for number, handler in usual.items():
                if signal.getsignal(number) == handler:
                    self._handlers[number] = signal.signal(number, self._interrupt)

    def __enter__(self) -> _Signals:
        return self

    def let_through(self) -> None:
        """No longer hold signals back; raises KeyboardInterrupt if one has come already."""
        self._is_held_back = False
        if self._came:
            raise KeyboardInterrupt

    def __exit__(self, *error: object) -> None:
        import signal

        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _interrupt(self, *_: object) -> None:
        self._came = True
        if not self._is_held_back:
            raise KeyboardInterrupt


def _limit_memory(most: int) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _end(process: subprocess.Popen[bytes], alone: bool) -> None:
    """Kill the process if it still runs, and unless `alone` also its process group; then reap it."""
    if process.poll() is not None:
        return
    if os.name == "posix" and not alone:
        import signal

        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:  # it has just ended
            pass
    else:
        process.kill()
    process.wait()
