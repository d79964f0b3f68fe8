"""Runs a program that talks to somebody else's server: not for ever, and not into all of our memory."""

from __future__ import annotations

import os
import time

from ...policy.errors import CannotJudge
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

# A million tags with long names.
MOST_BYTES = 128 * 1024 * 1024
MOST_COMPLAINT_BYTES = 64 * 1024
# What the program itself may use: Git keeps all refs of a remote before it names the first.
MOST_MEMORY = 1024 * 1024 * 1024
# To read what is left in a pipe once its writer has gone.
LAST_SECONDS = 2.0
_CHUNK = 1 << 16


class TookTooLong(Exception):
    """The program did not end in time."""


class SaidTooMuch(Exception):
    """The program wrote more than MOST_BYTES."""


class Answered(Record):
    """How a program ended, and what it wrote."""

    status: int
    output: bytes
    complaint: bytes


def run_bounded(
    command: Sequence[str], *, environment: Mapping[str, str], given: bytes = b"", seconds: float
) -> Answered:
    """Run `command` to its end with `given` as its stdin.

    Raises TookTooLong or SaidTooMuch; the program and all that it started have
    ended then. Raises CannotJudge where it can't be started.
    """
    import subprocess
    import tempfile
    import threading

    with tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                # Without a terminal ssh asks nothing there, and all that Git starts can be ended at once.
                start_new_session=True, preexec_fn=_limit_memory if os.name == "posix" else None,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise CannotJudge(f"The program `{command[0]}` could not be started: {why}.") from error
    output, complaint = _Kept(MOST_BYTES), _Kept(MOST_COMPLAINT_BYTES)
    deadline = time.monotonic() + seconds
    readers = [
        threading.Thread(target=output.read, args=(process.stdout, lambda: _end(process)), daemon=True),
        threading.Thread(target=complaint.read, args=(process.stderr, None), daemon=True),
    ]
    try:
        for reader in readers:
            reader.start()
        process.wait(max(seconds, 0.01))
    except subprocess.TimeoutExpired:
        raise TookTooLong from None
    finally:
        _end(process)
        for reader in readers:
            # Somebody who left the session may still hold the other end.
            reader.join(max(LAST_SECONDS, deadline - time.monotonic()))
        whole = not any(reader.is_alive() for reader in readers)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None and whole:
                pipe.close()
    if output.is_over:
        raise SaidTooMuch
    if not whole:
        raise TookTooLong
    return Answered(process.returncode, output.whole(), complaint.whole())


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


def _limit_memory() -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, if it has not ended, with all that it started."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        import signal

        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:  # it has just ended
            pass
    else:
        process.kill()
    process.wait()
