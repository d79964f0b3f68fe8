"""One push of model tags at a time, from the check until the tags are in place.

Git locks each ref while it updates it, and after the hook: two pushes that are
judged side by side can together break a rule that each of them keeps. So a
push that creates, moves or deletes a model tag takes this lock (flock(2) on
`tagwarden/push.lock` in the repository's common directory) before it reads
anything, and a detached process keeps it until receive-pack has ended.

The kernel gives the lock up with its last holder, so nothing is left behind by
a killed hook or a killed receive-pack. The file's content names the
receive-pack whose push holds the lock. By it a further hook of the same push
(`update`, ref by ref) finds that the lock is its own already; and who finds
the name in a lock that is free knows that the holder was killed, and waits
until that receive-pack can move no more refs.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from ...policy.errors import CannotJudge
from ...repository.git.own_file import STATE_FOLDER
from .receive_pack import find_receive_pack, process_of, record_of, still_runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...policy.push import RefUpdate
    from .receive_pack import Process
    from .waiting import Patience

# In the folder that all work trees of a repository share.
LOCK_FILE = f"{STATE_FOLDER}/push.lock"

# Every record has this length, so that one write replaces all of the one before. Version 0.1 reads 64
# bytes and wants blanks at their end, so it takes none of these for its own.
RECORD_BYTES = 128

# Seconds in which Git has nearly always put a single tag in its place.
HEAD_START = 0.005


class PushLock:
    """The lock, held by this process until `keep_until_pushed` hands it on or `release` gives it up.

    `guards_the_update` is False where no receive-pack was found above the
    hook: the lock then ends with the hook, before Git updates the refs.
    `begins_the_push` is False for a further hook of a push that took the lock
    before: what that push was accepted for may not be in place yet.
    """

    def __init__(self, fd: int | None, common_dir: str, receive_pack: Process | None, *, resumed: bool = False) -> None:
        self._fd = fd
        self._common_dir = common_dir
        self._receive_pack = receive_pack
        self.guards_the_update = receive_pack is not None
        self.begins_the_push = fd is not None and not resumed

    def keep_until_pushed(
        self, updates: Sequence[RefUpdate] = (), *, at_end: Callable[[bool], object] | None = None
    ) -> None:
        """Leave the lock to a detached process that gives it up once receive-pack moves no more refs.

        With all of the push's `updates`, that is as soon as they are all in
        place; post-receive hooks then run without it. That process calls
        `at_end` before it gives the lock up, with True if it has seen them
        all in place. CannotJudge where no process can be started.
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
                from .holder import hold_until_pushed

                hold_until_pushed(self._fd, self._receive_pack, self._common_dir, updates, at_end)
            finally:
                os._exit(0)
        os.close(self._fd)
        self._fd = None

    def accepted_before(self) -> bytes:
        """The lines that earlier hooks of this push handed to `remember`.

        Git calls `update` ref by ref, and may move none before the last call:
        only so does one call know of the others.
        """
        if self.begins_the_push or self._receive_pack is None:
            return b""
        with open(f"{self._common_dir}/{LOCK_FILE}", "rb") as file:
            return file.read()[RECORD_BYTES:]

    def remember(self, lines: bytes) -> None:
        """Tell the later hooks of this push what was accepted. CannotJudge where that can't be written."""
        if self._receive_pack is None:
            return
        try:
            file = os.open(f"{self._common_dir}/{LOCK_FILE}", os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
            try:
                write_all(file, lines)
            finally:
                os.close(file)
        except OSError as error:
            raise _lock_error(error) from error

    def release(self) -> None:
        """Give the lock up. A lock that an earlier hook of this push took is left to it."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None


def take_push_lock(common_dir: str, *, wait: float, say: Callable[[str], None]) -> PushLock:
    """Take the lock of the repository whose common directory is `common_dir`.

    `wait` is how many seconds to wait for another push; after one of them
    `say` is called once with a line for the user. CannotJudge if the wait was
    in vain (then it is a Busy), if the file can't be made or locked, or if
    receive-pack ended meanwhile.
    """
    receive_pack = find_receive_pack()
    record = b"" if receive_pack is None else record_of(receive_pack).ljust(RECORD_BYTES - 1) + b"\n"
    common_dir = os.path.abspath(common_dir)
    path = f"{common_dir}/{LOCK_FILE}"
    waiting = _Waiting(wait, say)
    fd = None
    try:
        fd = _locked_file(path, receive_pack, record, waiting)
        resumed = fd is not None and _resume_or_begin(fd, record, waiting)
    except BaseException as error:
        if fd is not None:
            os.close(fd)
        if isinstance(error, OSError):
            raise _lock_error(error) from error
        raise
    return PushLock(fd, common_dir, receive_pack, resumed=resumed)


def _resume_or_begin(fd: int, record: bytes, waiting: _Waiting) -> bool:
    """Write `record` into the file that is locked now; True if it is there already: the holder of this push was killed.

    Whatever raises leaves the file as it was: the next one must wait for the same push.
    """
    left = os.pread(fd, RECORD_BYTES, 0)
    if record and left == record:
        return True
    process = process_of(left)
    if process is not None and still_runs(process):
        from .receive_pack_watch import wait_until_done_with_refs

        # Its holder was killed, or its hook.
        wait_until_done_with_refs(process, waiting.patience().check)
    os.ftruncate(fd, 0)
    if record:
        write_all(fd, record)
    return False


class _Waiting:
    """How long one hook waits, all in all; what that takes is imported once it must."""

    def __init__(self, wait: float, say: Callable[[str], None]) -> None:
        self._wait = wait
        self._say = say
        self._patience: Patience | None = None

    def patience(self) -> Patience:
        if self._patience is None:
            from .waiting import Patience

            self._patience = Patience(self._wait, self._say)
        return self._patience


def _lock_error(error: OSError) -> CannotJudge:
    return CannotJudge(
        f"The push lock could not be taken: {LOCK_FILE} in the repository on the server: {error.strerror}. "
        "The server's administrator must make sure that the user who runs the hook can write there."
    )


def _locked_file(path: str, receive_pack: Process | None, record: bytes, waiting: _Waiting) -> int | None:
    """A descriptor that holds the lock; None if this receive-pack has it already."""
    while True:
        fd = _open(path)
        try:
            owned_by_this_push = not _lock(fd, receive_pack, record, waiting)
            if not owned_by_this_push and _is_the_file(fd, path):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        if owned_by_this_push:
            return None


def _lock(fd: int, receive_pack: Process | None, record: bytes, waiting: _Waiting) -> bool:
    """Lock `fd`, waiting for other pushes; False if this receive-pack has the lock already."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if record and os.pread(fd, RECORD_BYTES, 0) == record:
            return False
        from .waiting import wait_for_lock

        wait_for_lock(fd, waiting.patience())
        if receive_pack is not None and not still_runs(receive_pack):
            raise CannotJudge("The push ended while it waited for another push of model tags.") from None
    return True


def _open(path: str) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW
    while True:
        try:
            return os.open(path, flags)
        except FileNotFoundError:
            make_lock_file(path)


def make_lock_file(path: str) -> None:
    """Make a file and its folder, as accessible as the repository is (core.sharedRepository), and its owner's."""
    folder = os.path.dirname(path)
    repository = os.stat(os.path.dirname(folder))
    try:
        os.mkdir(folder)
        os.chmod(folder, repository.st_mode & 0o7777)
        _give_to_owner(folder, repository)
    except FileExistsError:
        pass
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        os.fchmod(fd, repository.st_mode & 0o666)
        _give_to_owner(fd, repository)
    finally:
        os.close(fd)


def _give_to_owner(what: int | str, repository: os.stat_result) -> None:
    # What root made for itself, nobody who pushes could write any more.
    if os.geteuid() == 0:
        os.chown(what, repository.st_uid, repository.st_gid)


def _is_the_file(fd: int, path: str) -> bool:
    # Uninstalling removes the file; a lock on what is no longer there excludes nobody.
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    held = os.fstat(fd)
    return (held.st_ino, held.st_dev) == (there.st_ino, there.st_dev)


def write_all(fd: int, data: bytes) -> None:
    """Write all of `data` at once. OSError where there is no room for all of it."""
    if os.write(fd, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
