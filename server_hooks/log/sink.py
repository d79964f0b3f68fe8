"""The sink: a command that is sent each line of the push log, when the push has its verdict and nobody waits.

A detached process sends the new lines in order and notes in `push-log.sent` how
far it got. If it is killed or the command fails, no line is lost: the next push
sends it. A line may be sent twice, if the command took it but the note could not
be written.
"""

from __future__ import annotations

import os
import time
from itertools import islice

from ...repository.git.own_file import STATE_FOLDER
from .line import LOG
from .mark import Mark, everything_is_settled, fits, read_mark, write_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .unsettled import Line

SINK_SETTING = "tagwarden.logSink"
SENT = f"{STATE_FOLDER}/push-log.sent"

LINES_AT_ONCE = 100
SECONDS_FOR_THE_COMMAND = 60.0
# What did not land of a push is logged soon after it, and is sent along if that happens within this time.
SECONDS_TO_SETTLE = 10.0
PAUSE = 0.05


def start_sink(common_dir: str, command: str, *, lands: bool) -> None:
    """Start a detached process that sends the new lines; it holds nothing that Git waits for. Never raises.

    If a push `lands`, the process also sends what its settlement adds soon after.
    """
    common_dir = os.path.abspath(common_dir)
    try:
        child = os.fork()
    except OSError:
        return  # the next push sends it
    if child:
        return
    try:
        # Git waits until no process can write to 0, 1 and 2 any more, and a lock may be among the others.
        os.closerange(0, 256)
        for _ in range(3):
            os.open(os.devnull, os.O_RDWR)
        os.setsid()
        send(common_dir, command)
        if lands:
            deadline = time.monotonic() + SECONDS_TO_SETTLE
            while not everything_is_settled(common_dir) and time.monotonic() < deadline:
                time.sleep(PAUSE)
            send(common_dir, command)
    finally:
        os._exit(0)


def send(common_dir: str, command: str) -> bool:
    """Send all new lines; False if the command did not take them. Raises OSError if the log can't be read.

    If another process is already sending, the lines are left to it, so that many
    pushes don't make many waiting processes.
    """
    from ..lock.push_lock import make_lock_file

    path = f"{common_dir}/{SENT}"
    if not os.path.exists(path):
        make_lock_file(path)
    # Check again at the end: while this process had the lock, another may have left a new line to it.
    while next(unsent(common_dir), None) is not None:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            if not _locked(fd):
                return True
            while batch := list(islice(unsent(common_dir), LINES_AT_ONCE)):
                if not _send_lines(common_dir, command, b"".join(line.content for line in batch)):
                    return False
                write_mark(common_dir, Mark(batch[-1].end, batch[-1].number, batch[-1].hash), name=SENT)
        finally:
            os.close(fd)
    return True


def unsent(common_dir: str) -> Iterator[Line]:
    """The lines not yet sent; if none was ever sent, only the newest one."""
    from .files import rotated_files
    from .unsettled import lines_from

    mark = read_mark(common_dir, name=SENT)
    rotated = [(one.first, one.path) for one in rotated_files(common_dir)]
    files = [*rotated, (None, f"{common_dir}/{LOG}")]
    newest = None
    for at, (_, path) in enumerate(files):
        following = files[at + 1][0] if at + 1 < len(files) else None
        if following is not None and (mark is None or following <= mark.number + 1):
            continue
        if not os.path.exists(path):
            continue
        with open(path, "rb") as file:
            start = mark.offset if mark is not None and fits(mark, file.fileno()) else 0
            for line in lines_from(file, start):
                newest = line
                if mark is not None and line.number > mark.number:
                    yield line
    if mark is None and newest is not None:
        yield newest


def _locked(fd: int) -> bool:
    from fcntl import LOCK_EX, LOCK_NB, flock

    try:
        flock(fd, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _send_lines(common_dir: str, command: str, lines: bytes) -> bool:
    from ...repository.git.bounded_program import NotCompleted, run_bounded
    from ...repository.git.environment import environment_without_repository

    environment = {**environment_without_repository(), "GIT_DIR": common_dir}
    try:
        answered = run_bounded(
            ["/bin/sh", "-c", command],
            environment=environment,
            seconds=SECONDS_FOR_THE_COMMAND,
            given=lines,
            folder=common_dir,
        )
    except NotCompleted:
        return False
    return answered.status == 0
