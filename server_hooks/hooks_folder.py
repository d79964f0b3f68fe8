"""Folders of hooks that everybody who may push can read.

Hooks run as whoever pushes. Git passes over a hook that it can't read or
execute, so a folder that is closed to some leaves the gate open to them.
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

# The value of this attribute is an access list, of which the mode shows only the half (acl(5)).
ACCESS_LIST = "system.posix_acl_access"


def make_folders(folder: str, common_dir: str) -> list[str]:
    """Make `folder` and what is missing above it, as readable as the repository is; what was made, outermost first."""
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
    """Let those read `folder` who can read the repository. OSError where that can't be done."""
    wanted = os.stat(common_dir).st_mode & (GROUP | OTHERS)
    now = os.stat(folder).st_mode
    os.chmod(folder, stat.S_IMODE(now) | wanted)


def check_readable(common_dir: str, file: str, *, made: Collection[str]) -> None:
    """Make sure that all who may push can come to the hook at `file`.

    Folders that were `made` by us are opened. CannotInstall for others,
    with the command that opens them.
    """
    for folder in dict.fromkeys(made):
        if os.path.isdir(folder):
            open_to_pushers(folder, common_dir)
    closed = list(closed_to_pushers(common_dir, _folders_to(file, common_dir), GROUP | OTHERS))
    if closed:
        raise CannotInstall(closed[0])


def closed_to_pushers(common_dir: str, paths: Collection[str], bits: int) -> Iterator[str]:
    """What is wrong with those of `paths` for which others who may push lack the permission `bits`, and what to do.

    Who may write in the repository may push: its group, or everybody, as its
    mode says (core.sharedRepository). Paths with an access list are passed
    over, for their mode does not tell.
    """
    repository = os.stat(common_dir)
    for path in paths:
        try:
            found = os.stat(path)
        except OSError:
            continue
        for writes, all_bits, letter, whom in (
            (stat.S_IWGRP, stat.S_IRWXG, "g", f"the group {_group_name(repository.st_gid)}"),
            (stat.S_IWOTH, stat.S_IRWXO, "o", "everybody"),
        ):
            # The group of the repository is not that of the interpreter, say: then its members are others.
            wanted = bits & all_bits
            if letter == "g" and found.st_gid != repository.st_gid:
                wanted, letter = bits & stat.S_IRWXO, "o"
            if repository.st_mode & writes and found.st_mode & wanted != wanted and not _has_access_list(path):
                flags = "".join(flag for flag, bit in (("r", 0o444), ("w", 0o222), ("x", 0o111)) if wanted & bit)
                yield (
                    f"{path} is closed to {whom}, who may push to this repository: chmod {letter}+{flags} "
                    f"{shlex.quote(path)}"
                )
                break


def _folders_to(file: str, common_dir: str) -> list[str]:
    """The folders from the repository's own down to the one with `file`, as far as they are there."""
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
