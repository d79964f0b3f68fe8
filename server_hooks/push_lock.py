"""One push of model tags at a time, from the check until the tags are in place.

Git locks each ref while it updates it, and after the hook: two pushes that are
judged side by side can together break a rule that each of them keeps. So a
push that creates, moves or deletes a model tag takes this lock (flock(2) on
`tagwarden/push.lock` in the repository's common directory) before it reads
anything, and a detached process keeps it until receive-pack has ended.

The kernel gives the lock up with its last holder, so nothing is left behind by
a killed hook or a killed receive-pack. The file's content names the
receive-pack that holds the lock, and counts only while the lock is held: a
further hook of the same push (`update`, ref by ref) finds itself in it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from ..policy.errors import CannotJudge
from .receive_pack import find_receive_pack, still_runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..policy.push import RefUpdate
    from .receive_pack import Process

FOLDER = "tagwarden"
FILE = "push.lock"
SHOWN = f"{FOLDER}/{FILE}"

# Every record has this length, so that one write replaces all of the one before.
RECORD_BYTES = 64
SAY_SO_AFTER = 1.0

# Seconds in which Git has nearly always put a single tag in its place.
HEAD_START = 0.005


class PushLock:
    """The lock, held by this process until `keep_until_pushed` hands it on or `release` gives it up.

    `guards_the_update` is False where no receive-pack was found above the
    hook: the lock then ends with the hook, before Git updates the refs.
    """

    def __init__(self, fd: int | None, common_dir: str, receive_pack: Process | None) -> None:
        self._fd = fd
        self._common_dir = common_dir
        self._receive_pack = receive_pack
        self.guards_the_update = receive_pack is not None

    def keep_until_pushed(self, updates: Sequence[RefUpdate] = ()) -> None:
        """Leave the lock to a detached process that gives it up once receive-pack has ended.

        With all of the push's `updates`, it is given up as soon as they are
        all in place; post-receive hooks then run without it. CannotJudge where
        no process can be started.
        """
        if self._fd is None or self._receive_pack is None:
            return
        try:
            child = os.fork()
        except OSError as error:
            raise CannotJudge(
                f"The server could not start the process that keeps the push lock: {error.strerror}. Push again later."
            ) from error
        if child == 0:
            try:
                # First of all, for Git waits until nobody can write to these any more.
                os.closerange(0, min(3, self._fd))
                # And then wait, for it is Git's turn to have the processor.
                time.sleep(HEAD_START)
                from .lock_holder import hold_until_pushed

                hold_until_pushed(self._fd, self._receive_pack, self._common_dir, updates)
            finally:
                os._exit(0)
        os.close(self._fd)
        self._fd = None

    def accepted_before(self) -> bytes:
        """The lines that earlier hooks of this push handed to `remember`.

        Git calls `update` ref by ref, and may move none before the last call:
        only so does one call know of the others.
        """
        if self._fd is not None or self._receive_pack is None:
            return b""
        with open(f"{self._common_dir}/{SHOWN}", "rb") as file:
            return file.read()[RECORD_BYTES:]

    def remember(self, lines: bytes) -> None:
        """Tell the later hooks of this push what was accepted. CannotJudge where that can't be written."""
        if self._receive_pack is None:
            return
        try:
            file = os.open(f"{self._common_dir}/{SHOWN}", os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
            try:
                write_whole(file, lines)
            finally:
                os.close(file)
        except OSError as error:
            raise _can_not_use(error) from error

    def release(self) -> None:
        """Give the lock up. A lock that an earlier hook of this push took is left to it."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None


def common_folder(git_dir: str) -> str:
    """What all work trees of a repository share (gitrepository-layout(5), "commondir")."""
    try:
        with open(f"{git_dir}/commondir", encoding="utf-8", errors="surrogateescape") as file:
            return os.path.join(git_dir, file.read().removesuffix("\n"))
    except FileNotFoundError:
        return git_dir


def take_push_lock(common_dir: str, *, wait: float, say: Callable[[str], None]) -> PushLock:
    """Take the lock of the repository whose common directory is `common_dir`.

    `wait` is how many seconds to wait for another push; after one of them
    `say` is called once with a line for the user. CannotJudge if the wait was
    in vain, if the file can't be made or locked, or if receive-pack ended
    meanwhile.
    """
    receive_pack = find_receive_pack()
    common_dir = os.path.abspath(common_dir)
    path = f"{common_dir}/{SHOWN}"
    try:
        fd = _locked(path, receive_pack, wait, say)
        if fd is not None:
            _write_record(fd, receive_pack)
    except OSError as error:
        raise _can_not_use(error) from error
    return PushLock(fd, common_dir, receive_pack)


def _can_not_use(error: OSError) -> CannotJudge:
    return CannotJudge(
        f"The push lock could not be taken: {SHOWN} in the repository on the server: {error.strerror}. "
        "Whoever runs the server must see to it that the user whom pushes run as can write there."
    )


def _locked(path: str, receive_pack: Process | None, wait: float, say: Callable[[str], None]) -> int | None:
    """A descriptor that holds the lock; None if this receive-pack has it already."""
    while True:
        fd = _open(path)
        try:
            mine_already = not _locked_now_or_later(fd, receive_pack, wait, say)
            if not mine_already and _is_the_file(fd, path):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        if mine_already:
            return None


def _locked_now_or_later(fd: int, receive_pack: Process | None, wait: float, say: Callable[[str], None]) -> bool:
    """Lock `fd`, waiting for other pushes; False if this receive-pack has the lock already."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if receive_pack is not None and os.pread(fd, RECORD_BYTES, 0) == _record(receive_pack):
            return False
        _wait_for_lock(fd, wait, say)
        if receive_pack is not None and not still_runs(receive_pack):
            raise CannotJudge("The push ended while it waited for another push of model tags.") from None
    return True


def _wait_for_lock(fd: int, wait: float, say: Callable[[str], None]) -> None:
    # The kernel wakes those who wait in their order, which trying again and again would not.
    import signal

    began = time.monotonic()
    said = False

    def on_alarm(*_: object) -> None:
        nonlocal said
        if time.monotonic() - began >= wait:
            raise CannotJudge(
                f"Another push of model tags is under way, and did not end in {wait:g} seconds. Push again later."
            )
        if not said:
            said = True
            say("waiting for another push of model tags to end …")

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    # Again and again, for an alarm just before flock is entered does not interrupt it.
    tick = min(SAY_SO_AFTER, max(wait, 0.001))
    try:
        signal.setitimer(signal.ITIMER_REAL, tick, tick)
        fcntl.flock(fd, fcntl.LOCK_EX)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _open(path: str) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW
    while True:
        try:
            return os.open(path, flags)
        except FileNotFoundError:
            make_lock_file(path)


def make_lock_file(path: str) -> None:
    """Make the lock file and its folder, as accessible as the repository is (core.sharedRepository)."""
    folder = os.path.dirname(path)
    mode = os.stat(os.path.dirname(folder)).st_mode
    try:
        os.mkdir(folder)
        os.chmod(folder, mode & 0o7777)
    except FileExistsError:
        pass
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        os.fchmod(fd, mode & 0o666)
    finally:
        os.close(fd)


def _is_the_file(fd: int, path: str) -> bool:
    # Uninstalling removes the file; a lock on what is no longer there excludes nobody.
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    held = os.fstat(fd)
    return (held.st_ino, held.st_dev) == (there.st_ino, there.st_dev)


def _write_record(fd: int, receive_pack: Process | None) -> None:
    os.ftruncate(fd, 0)
    if receive_pack is not None:
        write_whole(fd, _record(receive_pack))


def write_whole(fd: int, data: bytes) -> None:
    """Write all of `data` at once. OSError where there is no room for all of it."""
    if os.write(fd, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _record(receive_pack: Process) -> bytes:
    return f"{receive_pack.pid} {receive_pack.started}".encode("ascii").ljust(RECORD_BYTES - 1) + b"\n"
