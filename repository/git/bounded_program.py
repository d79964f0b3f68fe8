"""Runs a program to its end: not for ever, and not into all of our memory.

Everything that a hook does not need before its verdict is run here, and this is
the only module that imports `subprocess` for it. What a hook always needs is
run by `processes`, which does without that import.
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

# A million tags with long names.
MOST_BYTES = 128 * 1024 * 1024
MOST_COMPLAINT_BYTES = 64 * 1024
# What Git may use that asks a remote: it keeps all refs of that before it names the first.
MOST_MEMORY = 1024 * 1024 * 1024
# To read what is left in a pipe once its writer has gone.
LAST_SECONDS = 2.0
# Seconds after which somebody wonders what is going on.
SLOW = 1.0
_CHUNK = 1 << 16


class Answered(Record):
    """How a program ended (negative for a signal), and what it wrote."""

    status: int
    output: bytes
    complaint: bytes

    @property
    def said(self) -> str:
        """All that it wrote, as text."""
        return (self.output + self.complaint).decode("utf-8", "replace")

    @property
    def complaints(self) -> list[str]:
        """The lines of what it complained of, but for empty ones."""
        lines = self.complaint.decode("utf-8", "replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def last_word(self) -> str:
        """The last line of what it complained of."""
        return ["it said nothing", *self.complaints][-1]


class Unanswered(CannotJudge):
    """A program was not run to its end."""


class NotStarted(Unanswered):
    """The program could not be started: `why`, which is that it `is_missing` or something else."""

    def __init__(self, program: str, error: Exception) -> None:
        self.why = error.strerror if isinstance(error, OSError) else str(error)
        self.is_missing = isinstance(error, FileNotFoundError)
        super().__init__(f"The program `{program}` could not be started: {self.why}.")


class TookTooLong(Unanswered):
    """The program did not end in time, or it `ended` and who had left it kept its output open.

    `until_then` is what was written until then.
    """

    def __init__(self, program: str, until_then: Answered, *, ended: bool) -> None:
        super().__init__(f"The program `{program}` did not come to an end in time.")
        self.until_then = until_then
        self.ended = ended


class SaidTooMuch(Unanswered):
    """The program wrote more than MOST_BYTES."""

    def __init__(self, program: str) -> None:
        super().__init__(f"The program `{program}` said more than {MOST_BYTES // 1024**2} MiB.")


class RunsAs(Record):
    """A user as whom a program is run, by numbers."""

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
    user: RunsAs | None = None,
    memory: int | None = None,
    terminal: bool = False,
    when_slow: Callable[[Sequence[str]], None] | None = None,
) -> Answered:
    """Run `command` to its end with `given` as its stdin.

    It runs in `folder` (None: ours) as `user` (None: ours, else we are root), may
    take so many `seconds` and bytes of `memory` (None: any), and with `terminal`
    it may talk to the user there. `when_slow` is handed the lines of its
    complaint so far once it has taken a second. Raises Unanswered: NotStarted where
    it can't be started, else TookTooLong or SaidTooMuch; the program and, without
    `terminal`, all that it started have ended then.
    """
    import tempfile
    import threading

    ending = _Ending(alone=terminal)
    try:
        with tempfile.TemporaryFile() as source:
            source.write(given)
            source.seek(0)
            process = _started(command, source, environment, folder, user, memory, terminal=terminal)
    except BaseException:
        ending.restore()
        raise
    output, complaint = _Kept(MOST_BYTES), _Kept(MOST_COMPLAINT_BYTES)
    deadline = None if seconds is None else time.monotonic() + seconds
    readers = [
        threading.Thread(target=output.read, args=(process.stdout, lambda: _end(process, terminal)), daemon=True),
        threading.Thread(target=complaint.read, args=(process.stderr, None), daemon=True),
    ]
    in_time = False
    try:
        for reader in readers:
            reader.start()
        ending.from_now_on()
        in_time = _ends(process, SLOW if when_slow is not None and (seconds is None or seconds > SLOW) else seconds)
        if not in_time and when_slow is not None:
            when_slow(Answered(0, b"", complaint.whole()).complaints)
            in_time = _ends(process, None if deadline is None else deadline - time.monotonic())
    finally:
        _end(process, terminal)
        for reader in readers:
            # Somebody who left the session may still hold the other end.
            reader.join(None if deadline is None else max(LAST_SECONDS, deadline - time.monotonic()))
        whole = not any(reader.is_alive() for reader in readers)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None and whole:
                pipe.close()
        ending.restore()
    answered = Answered(process.returncode, output.whole(), complaint.whole())
    if not in_time:
        raise TookTooLong(command[0], answered, ended=False)
    if output.is_over:
        raise SaidTooMuch(command[0])
    if not whole:
        raise TookTooLong(command[0], answered, ended=True)
    return answered


def _started(
    command: Sequence[str],
    source: IO[bytes],
    environment: Mapping[str, str],
    folder: str | None,
    user: RunsAs | None,
    memory: int | None,
    *,
    terminal: bool,
) -> subprocess.Popen[bytes]:
    import subprocess

    # Without a terminal ssh asks nothing there, and all that Git starts can be ended at once.
    options: dict[str, Any] = {"start_new_session": not terminal}
    if memory is not None and os.name == "posix":
        options["preexec_fn"] = lambda: _limit_memory(memory)
    if user is not None:
        options |= {"user": user.uid, "group": user.gid, "extra_groups": user.groups}
    try:
        return subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=folder,
            **options,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise NotStarted(command[0], error) from error


def _ends(process: subprocess.Popen[bytes], seconds: float | None) -> bool:
    """Wait for the end; whether it came within so many `seconds`."""
    import subprocess

    try:
        process.wait(None if seconds is None else max(seconds, 0.01))
    except subprocess.TimeoutExpired:
        return False
    return True


class _Kept:
    """What was read of a pipe, up to `most` bytes."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._chunks: list[bytes] = []
        self.is_over = False

    def read(self, pipe: IO[bytes], when_over: Callable[[], None] | None) -> None:
        """Read the pipe to its end, and call `when_over` once there is too much."""
        while chunk := os.read(pipe.fileno(), _CHUNK):
            self._left -= len(chunk)
            if self._left >= 0:
                self._chunks.append(chunk)
            elif not self.is_over:
                self.is_over = True
                if when_over is not None:
                    when_over()

    def whole(self) -> bytes:
        """All that was kept."""
        return b"".join(self._chunks)


class _Ending:
    """What would end this process interrupts it instead, once `from_now_on` was called.

    So it ends what it started: that has a session of its own, where a signal to our process group does not come.
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

    def from_now_on(self) -> None:
        """Interrupt at once, also for what came before."""
        self._is_held_back = False
        if self._came:
            raise KeyboardInterrupt

    def restore(self) -> None:
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
    """End the process, if it has not ended, and unless `alone` all that it started."""
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
