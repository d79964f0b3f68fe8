"""How far the push lock reaches, which depends on what flock(2) means on the repository's file system.

Between processes of one kernel, flock works on every file system, whatever
their namespaces. Between machines, the file system has to pass it on: NFS turns
it into a lock at the server (flock(2), since Linux 2.6.12), unless it is mounted
with nolock or local_lock (nfs(5)).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.record import Record
from ...repository.git.command import PATIENCE
from ...repository.git.processes import run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    Reach = Literal["machine", "network", "unknown"]

MOUNTS = "/proc/self/mountinfo"

# File systems to which other machines may write; those in _CARRIED pass locks on to them.
_NFS = ("nfs", "nfs4")
_SHARED = ("cifs", "smb3", "lustre", "glusterfs", "9p", "virtiofs", "afs")
_CARRIED = ("ceph", "gfs2", "ocfs2", "gpfs")
# Names as printed by stat(1) of coreutils and busybox; ext4 has the number of ext2.
_OF_ONE_MACHINE = ("ext2/ext3", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "tmpfs", "ramfs", "overlayfs")
_LOCAL_ON_NFS = {"nolock", "local_lock=all", "local_lock=flock"}
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


class FileSystem(Record):
    """The kind of a file system, such as `ext4`, and how far flock(2) reaches on it.

    "machine": no other machine uses it. "network": it is shared, and so are its
    locks. "unknown": it may be shared, and whether its locks are is unknown.
    """

    kind: str
    reach: Reach


UNKNOWN = FileSystem("unknown", "unknown")


def file_system_of(path: str) -> FileSystem:
    """The file system that contains `path`, according to the kernel."""
    path = os.path.realpath(path)
    try:
        with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            found = file_system_in(file, path)
    except OSError:
        found = UNKNOWN
    return _by_its_number(path) if found == UNKNOWN else found


def _by_its_number(path: str) -> FileSystem:
    """The file system if its mount is not listed, as in a chroot; statfs(2), by stat(1), tells only its kind."""
    command = ["stat", "-f", "-c", "%T", "--", path]
    try:
        kind = run(command, environment=dict(os.environ), patience=PATIENCE)[1].decode("ascii", "replace").strip()
    except CannotJudge:
        return UNKNOWN
    return FileSystem(kind or "unknown", "machine" if kind in _OF_ONE_MACHINE else "unknown")


def file_system_in(mounts: Iterable[str], path: str) -> FileSystem:
    """The file system of `path` by the lines of proc_pid_mountinfo(5); a later mount covers an earlier one."""
    longest, found = -1, UNKNOWN
    for line in mounts:
        words, _, rest = line.partition(" - ")
        at = words.split()
        kind, *more = rest.split()
        where = _unescaped(at[4])
        if len(where) >= longest and (path == where or path.startswith(where.rstrip("/") + "/")):
            longest = len(where)
            found = FileSystem(kind, _reach(kind, f"{at[5]},{more[-1] if more else ''}".split(",")))
    return found


def _reach(kind: str, options: list[str]) -> Reach:
    if kind in _NFS:
        return "unknown" if _LOCAL_ON_NFS & set(options) else "network"
    if kind in _CARRIED:
        return "network"
    # A FUSE program may serve the same files to other machines.
    return "unknown" if kind in _SHARED or kind.startswith("fuse") else "machine"


def _unescaped(path: str) -> str:
    for escape, character in _ESCAPES.items():
        path = path.replace(escape, character)
    return path
