"""Files in the repository's `tagwarden/` folder that a hook trusts, because only its own user can write them.

A user who can write such a file can change the hook itself. In a shared
repository several users run hooks, and none trusts another's file.
"""

from __future__ import annotations

import os
import stat

STATE_FOLDER = "tagwarden"
# The first part of such a file's name; the second is the user's id.
KINDS = ("policy", "site-policy", "trees")


def own_file(path: str) -> bytes:
    """The content of an ordinary file that only this user can write; b"" if others can, or it is not ordinary.

    Raises OSError if it can't be read.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(fd, "rb") as file:
        found = os.fstat(fd)
        private = found.st_uid == os.geteuid() and not found.st_mode & 0o022 and found.st_nlink == 1
        return file.read() if stat.S_ISREG(found.st_mode) and private else b""


def remove_cached_files(folder: str) -> None:
    """Remove the files of all users' hooks from `folder`. Raises OSError if that fails."""
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        kind, _, user = name.partition(".")
        if kind in KINDS and user.isdigit():
            os.unlink(os.path.join(folder, name))
