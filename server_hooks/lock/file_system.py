"""How far the push lock reaches: the kinds of file systems, by what flock(2) means on them.

Between processes of one kernel it holds on every file system, whatever their
namespaces. Between machines it is for the file system to carry it: NFS turns
it into a lock at the server (flock(2), since Linux 2.6.12), unless it is
mounted so that it does not (nfs(5): nolock, local_lock).
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

# Where other machines may write, too; those that carry locks to them come last.
_NFS = ("nfs", "nfs4")
_SHARED = ("cifs", "smb3", "lustre", "glusterfs", "9p", "virtiofs", "afs")
_CARRIED = ("ceph", "gfs2", "ocfs2", "gpfs")
# As stat(1) of coreutils and of busybox calls them; ext4 has the number of ext2.
_OF_ONE_MACHINE = ("ext2/ext3", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "tmpfs", "ramfs", "overlayfs")
_LOCAL_ON_NFS = {"nolock", "local_lock=all", "local_lock=flock"}
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


class FileSystem(Record):
    """The kind of a file system, such as `ext4`, and how far flock(2) reaches on it.

    "machine": other machines have no part in it. "network": it is shared, and
    locks are, too. "unknown": it may be shared, and nothing says that locks are.
    """

    kind: str
    reach: Reach


UNKNOWN = FileSystem("unknown", "unknown")


def file_system_of(path: str) -> FileSystem:
    """The file system that `path` lies on, as the kernel tells it."""
    path = os.path.realpath(path)
    try:
        with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            found = file_system_in(file, path)
    except OSError:
        found = UNKNOWN
    return _by_its_number(path) if found == UNKNOWN else found


def _by_its_number(path: str) -> FileSystem:
    """The same where the mount is not listed, as in a chroot: statfs(2) tells the kind alone, by stat(1)."""
    command = ["stat", "-f", "-c", "%T", "--", path]
    try:
        kind = run(command, environment=dict(os.environ), patience=PATIENCE)[1].decode("ascii", "replace").strip()
    except CannotJudge:
        return UNKNOWN
    return FileSystem(kind or "unknown", "machine" if kind in _OF_ONE_MACHINE else "unknown")


def file_system_in(mounts: Iterable[str], path: str) -> FileSystem:
    """The file system of `path` by the lines of proc_pid_mountinfo(5), of which a later mount covers an earlier one."""
    longest, found = -1, UNKNOWN
    for line in mounts:
        words, _, rest = line.partition(" - ")
        at = words.split()
        kind, *more = rest.split()
        where = _unescaped(at[4])
        if len(where) >= longest and (path == where or path.startswith(where.rstrip("/") + "/")):
            longest, found = (
                len(where),
                FileSystem(kind, _reach(kind, f"{at[5]},{more[-1] if more else ''}".split(","))),
            )
    return found


def _reach(kind: str, options: list[str]) -> Reach:
    if kind in _NFS:
        return "unknown" if _LOCAL_ON_NFS & set(options) else "network"
    if kind in _CARRIED:
        return "network"
    # A program in user space may hand its files to anybody.
    return "unknown" if kind in _SHARED or kind.startswith("fuse") else "machine"


def _unescaped(path: str) -> str:
    for escape, character in _ESCAPES.items():
        path = path.replace(escape, character)
    return path
