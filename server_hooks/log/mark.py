"""The mark: how far the lines of the push log have been compared with the refs.

The mark is in `push-log.settled` beside the log, and only saves work. A lost or
outdated mark does no harm, because each line about an incomplete landing names
the line that it settles, and no line is settled twice. A mark counts only if the
log has exactly that line at exactly that place.
"""

from __future__ import annotations

import os

from ...policy.record import Record
from ...repository.git.own_file import STATE_FOLDER
from ..lock.push_lock import make_lock_file
from .line import BEGINNING, HEAD, LOG, is_hash, read_end, read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .line import Seal

MARK = f"{STATE_FOLDER}/push-log.settled"
MARK_BYTES = 128
SEAL_BYTES = 256


class Mark(Record):
    """Everything before the byte `offset` is settled; the line that ends there has this `number` and `hash`."""

    offset: int
    number: int
    hash: str


NOTHING_SETTLED = Mark(0, 0, BEGINNING)


def everything_is_settled(common_dir: str) -> bool:
    """Whether the mark is at the end of the log; cheap, because it reads only the ends of two files."""
    mark = read_mark(common_dir)
    try:
        log = os.open(f"{common_dir}/{LOG}", os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return _nothing_after(mark, common_dir)
    except OSError:
        return False
    try:
        return mark is not None and mark.offset == os.fstat(log).st_size and fits(mark, log)
    finally:
        os.close(log)


def _nothing_after(mark: Mark | None, common_dir: str) -> bool:
    """Whether the mark is at the last line of a log whose file was rotated, or no line was ever noted."""
    try:
        fd = os.open(f"{common_dir}/{HEAD}", os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        noted = read_head(os.read(fd, MARK_BYTES))
    except OSError:
        return False
    finally:
        os.close(fd)
    return noted is None or (mark is not None and mark.number >= noted.number)


def read_mark(common_dir: str, *, name: str = MARK) -> Mark | None:
    """The mark in the file `name`; None if there is none, or none that can be read."""
    try:
        fd = os.open(f"{common_dir}/{name}", os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fields = os.read(fd, MARK_BYTES).decode("ascii", "replace").split()
    except OSError:
        return None
    finally:
        os.close(fd)
    if len(fields) != 3 or not all(word.isascii() and word.isdigit() and len(word) < 20 for word in fields[:2]):
        return None
    return Mark(int(fields[0]), int(fields[1]), fields[2]) if is_hash(fields[2]) else None


def begin_unsettled(common_dir: str) -> None:
    """Write a mark for a log that is about to begin, so that none of its lines counts as settled. Raises OSError."""
    if read_mark(common_dir) is None:
        write_mark(common_dir, NOTHING_SETTLED)


def write_mark(common_dir: str, mark: Mark, *, name: str = MARK) -> None:
    """Replace the mark. Raises OSError if that fails."""
    path = f"{common_dir}/{name}"
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        make_lock_file(path)
        fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        # One write replaces the earlier mark completely.
        os.pwrite(fd, f"{mark.offset} {mark.number} {mark.hash}".encode("ascii").ljust(MARK_BYTES - 1) + b"\n", 0)
    finally:
        os.close(fd)


def fits(mark: Mark, log: int) -> bool:
    """Whether the log that is open as `log` has the mark's line at the mark's place."""
    if mark == NOTHING_SETTLED:
        return True
    start = max(0, mark.offset - SEAL_BYTES)
    content = os.pread(log, mark.offset - start, start)
    if len(content) != mark.offset - start or content[-1:] != b"\n":
        return False
    found: Seal | None = read_end(content[:-1].rpartition(b"\n")[2])
    return found is not None and (found.number, found.hash) == (mark.number, mark.hash)
