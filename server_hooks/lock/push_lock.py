"""One push of model tags at a time, from the check until the tags are in place.

Git locks each ref only while it updates it, after the hook. So two pushes that
are judged at the same time can together break a rule that each of them keeps. A
push that creates, moves or deletes a model tag therefore takes this lock
(flock(2) on `tagwarden/push.lock` in the repository's common directory) before it
reads anything, and a detached process keeps it until receive-pack has ended.

When its last holder ends, the kernel frees the lock, so that a killed hook or a
killed receive-pack leaves nothing behind. The file's content names the
receive-pack whose push holds the lock. Through it, a further hook of the same
push (`update`, ref by ref) finds out that the push already has the lock. And
whoever finds a name in a lock that is free knows that its holder was killed, and
waits until that receive-pack can move no more refs.
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

# It is in the folder that all work trees of a repository share.
LOCK_FILE = f"{STATE_FOLDER}/push.lock"

# Every record has this length, so that one write replaces the record before it completely. Version 0.1
# reads 64 bytes and expects blanks at their end, so it does not take one of these for its own.
RECORD_BYTES = 128

# Seconds within which Git has nearly always updated the ref of a single tag.
HEAD_START = 0.005


class PushLock:
    """The lock, held by this process until `keep_until_pushed` hands it over or `release` frees it.

    `guards_update` is False if no receive-pack was found above the hook: the
    lock then ends with the hook, before Git updates the refs. `begins_push`
    is False for a further hook of a push that already has the lock; the refs
    that its earlier hooks accepted may not be in place yet.
    """

    def __init__(self, fd: int | None, common_dir: str, receive_pack: Process | None, *, resumed: bool = False) -> None:
        self._fd = fd
        self._common_dir = common_dir
        self._receive_pack = receive_pack
        self.guards_update = receive_pack is not None
        self.begins_push = fd is not None and not resumed

    def keep_until_pushed(
        self, updates: Sequence[RefUpdate] = (), *, at_end: Callable[[bool], object] | None = None
    ) -> None:
        """Hand the lock to a detached process that frees it once receive-pack moves no more refs.

        If `updates` are all of the push's, it is freed as soon as they are in
        place, so that post-receive hooks run without it. Before it frees the
        lock, that process calls `at_end`, with True if it has seen all updates in
        place. Raises CannotJudge if no process can be started.
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
                # Do this first, because Git waits until no process can write to these any more.
                os.closerange(0, min(3, self._fd))
                # Leave the processor to Git before the imports.
                time.sleep(HEAD_START)
                from .holder import hold_until_pushed

                hold_until_pushed(self._fd, self._receive_pack, self._common_dir, updates, at_end)
            finally:
                os._exit(0)
        os.close(self._fd)
        self._fd = None

    def accepted_before(self) -> bytes:
        """The lines that earlier hooks of this push passed to `remember`.

        Git calls `update` for one ref at a time, and may move no ref before the
        last call. These lines are the only way for one call to know of the others.
        """
        if self.begins_push or self._receive_pack is None:
            return b""
        with open(f"{self._common_dir}/{LOCK_FILE}", "rb") as file:
            return file.read()[RECORD_BYTES:]

    def remember(self, lines: bytes) -> None:
        """Record accepted lines for later hooks of this push. Raises CannotJudge if they can't be written."""
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
        """Free the lock, unless an earlier hook of this push took it."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None


def take_push_lock(common_dir: str, *, wait: float, say: Callable[[str], None]) -> PushLock:
    """Take the lock of the repository whose common directory is `common_dir`.

    Waits up to `wait` seconds for another push; after one second, `say` is
    called once with a line for the user. Raises Busy if the wait was in vain,
    and CannotJudge if the file can't be made or locked, or if receive-pack ended
    in the meantime.
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
    """Write `record` into the locked file; True if it was there already, because this push's own holder was killed.

    If it raises, the file is unchanged, so that the next push waits for the same receive-pack.
    """
    left = os.pread(fd, RECORD_BYTES, 0)
    if record and left == record:
        return True
    process = process_of(left)
    if process is not None and still_runs(process):
        from .receive_pack_watch import wait_until_done_with_refs

        # The holder of that push's lock, or its hook, was killed.
        wait_until_done_with_refs(process, waiting.patience().check)
    os.ftruncate(fd, 0)
    if record:
        write_all(fd, record)
    return False


class _Waiting:
    """The time that one hook spends waiting, in all; the code for it is imported only if it has to wait."""

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
    """A descriptor that holds the lock; None if this receive-pack already has it."""
    while True:
        fd = _open(path)
        try:
            owned_by_this_push = not _lock(fd, receive_pack, record, waiting)
            if not owned_by_this_push and is_at(path, fd):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        if owned_by_this_push:
            return None


def _lock(fd: int, receive_pack: Process | None, record: bytes, waiting: _Waiting) -> bool:
    """Lock `fd`, waiting for other pushes; False if this receive-pack already has the lock."""
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
    """Make a file and its folder with the repository's access rights (core.sharedRepository) and its owner."""
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
    # Files that root made for itself could not be written by anybody who pushes.
    if os.geteuid() == 0:
        os.chown(what, repository.st_uid, repository.st_gid)


def is_at(path: str, fd: int) -> bool:
    """Whether the locked file `fd` is still at `path`: uninstalling removes it, and such a lock excludes nobody."""
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def write_all(fd: int, data: bytes) -> None:
    """Write all of `data` in one call. Raises OSError if there is no room for all of it."""
    if os.write(fd, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
