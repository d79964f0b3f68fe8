"""Rotation: moves the log's lines to a file of their own; the chain continues in a new file.

The lines' file only gets another name, which is atomic. Before that, the newest
line is noted durably in the head file, from which the next line continues. So if
the process is killed, the log is either unchanged or rotated. It holds the push
lock, so that everything that can be settled is settled, and the lock of the head
file, so that nobody adds a line.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.record import Record
from ...repository.git.whole_file import sync_folder
from ..lock.push_lock import take_push_lock, write_all
from .append import HEAD_BYTES, last_line, lock_head, write_head
from .files import lines_backward, rotated_name, whole_lines
from .line import HEAD, LOG, end_of_lines, read_head, read_seal
from .settlement import settle

if TYPE_CHECKING:
    from ...repository.git.command import Git

WAIT = 60.0


class Rotated(Record):
    """The new file, with the numbers of its first and its last line."""

    file: str
    first: int
    last: int


def rotate(common_dir: str, git: Git, *, over: int = 0) -> Rotated | None:
    """Move the lines of the log to a file of their own; None if the log has at most `over` bytes.

    Raises CannotJudge if the log is in use for too long or can't be read, and
    OSError if it can't be written. Nothing has changed then.
    """
    if _size(common_dir) <= over:
        return None
    lock = take_push_lock(common_dir, wait=WAIT, say=lambda _: None)
    try:
        settle(common_dir, git)
        return _rotate(common_dir, over)
    finally:
        lock.release()


def _size(common_dir: str) -> int:
    try:
        return os.stat(f"{common_dir}/{LOG}").st_size
    except FileNotFoundError:
        return 0


def _rotate(common_dir: str, over: int) -> Rotated | None:
    path = f"{common_dir}/{LOG}"
    head = lock_head(f"{common_dir}/{HEAD}")
    try:
        try:
            log = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with open(log, "rb", closefd=True) as file:
            if os.fstat(log).st_size <= over:
                return None
            first = _first_number(path)
            if first is None:
                raise CannotJudge(
                    f"no line of {path} is one of the log, so it can't be told which they are; "
                    "`tagwarden log --verify` says what is wrong"
                )
            end = _finish(log, head)
            last = next((seal for line in lines_backward(file, end) if (seal := read_seal(line))), None)
            os.fsync(log)
            os.fsync(head)
        target = os.path.join(os.path.dirname(path), rotated_name(first))
        if os.path.lexists(target):
            raise CannotJudge(f"{target} already exists and is not overwritten; move it away if it is a copy")
        os.rename(path, target)
        sync_folder(os.path.dirname(path))
    finally:
        os.close(head)
    return Rotated(target, first, last.number if last else first)


def _first_number(path: str) -> int | None:
    with open(path, "rb") as file:
        for at, line in enumerate(whole_lines(file, os.fstat(file.fileno()).st_size)):
            if (seal := read_seal(line)) is not None:
                return max(1, seal.number - at)
    return None


def _finish(log: int, head: int) -> int:
    """Remove or end a partial last line, and note the last complete one; returns where the lines end.

    Like an append, it removes a partial line whose push was not accepted, and
    keeps a line that lost its end as evidence.
    """
    size = os.fstat(log).st_size
    end = end_of_lines(log, size)
    last = last_line(log, end)
    noted = read_head(os.pread(head, HEAD_BYTES, 0))
    if end < size and noted is not None and (last is None or noted.number > last.number):
        write_all(log, b"\n")
        return size + 1
    os.ftruncate(log, end)
    if last is not None and (noted is None or noted.number < last.number):
        write_head(head, last.number, last.hash)
    return end
