"""Makes sure that everybody who may push can read the folders of the hooks.

Hooks run as the user who pushes. Git silently skips a hook that this user can't
read or execute, so that their pushes would not be judged.
"""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

from ..repository.hook_files.errors import CannotInstall

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

GROUP = stat.S_IRGRP | stat.S_IXGRP
OTHERS = stat.S_IROTH | stat.S_IXOTH

# A file with this attribute has an access list, which its mode shows only in part (acl(5)).
ACCESS_LIST = "system.posix_acl_access"


def make_folders(folder: str, common_dir: str) -> list[str]:
    """Make `folder` and its missing parents, as readable as the repository; returns those made, outermost first."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    missing.reverse()
    for one in missing:
        os.mkdir(one)
        open_to_pushers(one, common_dir)
    return missing


def open_to_pushers(folder: str, common_dir: str) -> None:
    """Let everybody read `folder` who can read the repository. Raises OSError if that fails."""
    wanted = os.stat(common_dir).st_mode & (GROUP | OTHERS)
    now = os.stat(folder).st_mode
    os.chmod(folder, stat.S_IMODE(now) | wanted)


def check_readable(common_dir: str, file: str, *, made: Collection[str]) -> None:
    """Make sure that everybody who may push can reach the hook at `file`.

    Opens the folders that we `made`. Raises CannotInstall if another folder is
    closed, with the command that opens it.
    """
    for folder in dict.fromkeys(made):
        if os.path.isdir(folder):
            open_to_pushers(folder, common_dir)
    closed = list(closed_to_pushers(common_dir, _folders_to(file, common_dir), GROUP | OTHERS))
    if closed:
        raise CannotInstall(closed[0])


def others_may_push(common_dir: str) -> bool:
    """Whether others than the owner of the repository may write in it, as its mode says (core.sharedRepository)."""
    return bool(os.stat(common_dir).st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def closed_to_pushers(common_dir: str, paths: Collection[str], bits: int) -> Iterator[str]:
    """For each of `paths` that some who may push can't access with the permission `bits`: a message with the fix.

    Who may push follows from who may write to the repository: its group, or
    everybody, according to its mode (core.sharedRepository). Paths with an
    access list are skipped, because their mode does not tell.
    """
    repository = os.stat(common_dir)
    for path in paths:
        try:
            found = os.stat(path)
        except OSError:
            continue
        for writes, all_bits, letter in ((stat.S_IWGRP, stat.S_IRWXG, "g"), (stat.S_IWOTH, stat.S_IRWXO, "o")):
            # If the path belongs to another group than the repository, the repository's group counts as others there.
            wanted = bits & all_bits
            if letter == "g" and found.st_gid != repository.st_gid:
                wanted, letter = bits & stat.S_IRWXO, "o"
            if repository.st_mode & writes and found.st_mode & wanted != wanted and not _has_access_list(path):
                whom = f"the group {_group_name(repository.st_gid)}" if writes == stat.S_IWGRP else "everybody"
                flags = "".join(flag for flag, bit in (("r", 0o444), ("w", 0o222), ("x", 0o111)) if wanted & bit)
                yield (
                    f"{path} is closed to {whom}, who may push to this repository: chmod {letter}+{flags} "
                    f"{shlex.quote(path)}"
                )
                break


def _folders_to(file: str, common_dir: str) -> list[str]:
    """The existing folders from the repository's own folder down to the one with `file`, excluding the repository."""
    folders = []
    folder = os.path.dirname(file)
    while len(folder) > len(common_dir):
        folders.append(folder)
        folder = os.path.dirname(folder)
    return [folder for folder in reversed(folders) if os.path.isdir(folder)]


def _has_access_list(path: str) -> bool:
    try:
        return ACCESS_LIST in os.listxattr(path)
    except (AttributeError, OSError):
        return False


def _group_name(gid: int) -> str:
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
