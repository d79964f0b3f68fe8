"""Appends to the push log: one line for each judged push, accepted or not.

The log is in the repository's common directory. `push-log.jsonl` holds the
lines, and `push-log.head` the number and hash of the newest one, so that lines
missing at the end are noticed, too. A process that appends holds a flock(2) on
`push-log.head`, which the kernel frees when the process ends.

A line is written by one write(2) and synced to disk before the push goes on. If
a killed hook or a full disk left a partial line, its push was not accepted: the
next line overwrites it and says how many bytes it dropped.
"""

from __future__ import annotations

import errno
import os
import time

from ...policy.errors import CannotJudge
from ..lock.push_lock import is_at, make_lock_file, write_all
from .line import BEGINNING, HEAD, LOG, encode_entry, end_of_lines, read_end, read_head, seal
from .mark import begin_unsettled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .line import Entry, Seal

# At least the length of the longest seal: no more is read of the newest line.
END_BYTES = 256
HEAD_BYTES = 96

LONGEST_WAIT = 30.0
SLOWEST_LOOK = 0.02


def append_to_log(common_dir: str, entry: Entry, *, durable: bool = True) -> str:
    """Log one push in the repository whose common directory is `common_dir`; returns the new line's hash.

    With `durable`, the line survives a power failure. Raises CannotJudge if the
    line can't be written, or another push uses the log for too long: a push that
    is not logged must not be accepted.
    """
    fields = encode_entry(entry)
    head = log = -1
    try:
        head = lock_head(f"{common_dir}/{HEAD}")
        log = _open(f"{common_dir}/{LOG}", os.O_RDWR | os.O_APPEND)
        if os.fstat(log).st_size == 0:
            # Mark an empty log first: a log without a mark counts as one of version 0.1.
            begin_unsettled(common_dir)
        return _append(common_dir, log, head, fields, durable)
    except OSError as error:
        raise CannotJudge(
            f"the push log could not be written: {LOG} in the repository on the server: {error.strerror}. "
            "A push that is not logged is not accepted. The server's administrator must make sure that there is "
            "space, and that the user who runs the hook can write there."
        ) from error
    finally:
        for fd in (log, head):
            if fd >= 0:
                os.close(fd)


def log_problem(common_dir: str, entry: Entry, problem: CannotJudge) -> None:
    """Log that no verdict was reached, and why. Raises CannotJudge with both problems if that can't be logged."""
    try:
        append_to_log(common_dir, entry._replace(error=str(problem)))
    except CannotJudge as unlogged:
        raise CannotJudge(f"{problem}\nThat could not be logged either: {unlogged}") from problem


def _append(common_dir: str, log: int, head: int, fields: Sequence[str], durable: bool) -> str:
    size = os.fstat(log).st_size
    end = end_of_lines(log, size)
    last = last_line(log, end)
    noted = read_head(os.pread(head, HEAD_BYTES, 0))
    begin = b""
    if end < size:
        if noted is not None and (last is None or noted.number > last.number):
            # The head notes the line that lost its end, so it was complete once: keep it as evidence.
            begin = b"\n"
        else:
            os.ftruncate(log, end)
    # Normally head and log agree. If a hook was killed between the two writes, the log is ahead. If somebody
    # removed lines, the head is ahead; the gap then stays visible.
    if noted is not None and (last is None or noted.number >= last.number):
        last = noted
    if size == 0:
        last = _last_rotated(common_dir, last)
    line, digest = seal(
        fields,
        now=time.time(),
        number=last.number + 1 if last else 1,
        previous=last.hash if last else BEGINNING,
        dropped=0 if begin else size - end,
    )
    before = size if begin else end
    try:
        write_all(log, begin + line)
        if durable:
            _sync(log)
        write_head(head, last.number + 1 if last else 1, digest)
    except OSError:
        os.ftruncate(log, before)
        raise
    return digest


def _last_rotated(common_dir: str, noted: Seal | None) -> Seal | None:
    """The line before a new file's first one: normally the noted one, unless the note is lost or outdated."""
    from .files import rotated_files

    for one in reversed(rotated_files(common_dir)):
        log = os.open(one.path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            last = last_line(log, end_of_lines(log, os.fstat(log).st_size))
        finally:
            os.close(log)
        if last is not None:
            return last if noted is None or last.number > noted.number else noted
    return noted


def write_head(head: int, number: int, digest: str) -> None:
    """Note the number and the hash of the newest line. Raises OSError if there is no room for them."""
    record = f"{number} {digest}".encode("ascii").ljust(HEAD_BYTES - 1) + b"\n"
    if os.pwrite(head, record, 0) != HEAD_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _sync(fd: int) -> None:
    getattr(os, "fdatasync", os.fsync)(fd)


def last_line(log: int, end: int) -> Seal | None:
    """The seal of the line that ends at the byte `end`; None if there is no line, or it has no seal."""
    start = max(0, end - END_BYTES)
    return read_end(os.pread(log, end - start, start).rpartition(b"\n")[0].rpartition(b"\n")[2])


def lock_head(path: str) -> int:
    """Lock the head file at `path` and return its descriptor; only the lock's holder may change the log."""
    import fcntl

    deadline = time.monotonic() + LONGEST_WAIT
    pause = 0.0005
    while True:
        fd = _open(path, os.O_RDWR)
        try:
            while True:
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise CannotJudge(
                            f"another push has been using the push log ({LOG} in the repository on the server) "
                            f"for {LONGEST_WAIT:g} seconds. Push again later."
                        ) from None
                    time.sleep(pause)
                    pause = min(pause * 2, SLOWEST_LOOK)
            if is_at(path, fd):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def _open(path: str, flags: int) -> int:
    while True:
        try:
            return os.open(path, flags | os.O_NOFOLLOW)
        except FileNotFoundError:
            from ...repository.git.whole_file import sync_folder

            make_lock_file(path)
            sync_folder(os.path.dirname(path))
