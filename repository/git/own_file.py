"""Files in the repository's `tagwarden/` folder that a hook believes: those that its own user alone can write.

Whoever can write such a file can change the hook itself. In a shared
repository several users run hooks; each trusts only their own.
"""

from __future__ import annotations

import os
import stat

STATE_FOLDER = "tagwarden"
# What such files are called; the id of the user follows.
KINDS = ("policy", "site-policy", "trees")


def own_file(path: str) -> bytes:
    """The content of an ordinary file that this user alone can write, b"" for any other.

    OSError where there is none.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(fd, "rb") as file:
        found = os.fstat(fd)
        private = found.st_uid == os.geteuid() and not found.st_mode & 0o022 and found.st_nlink == 1
        return file.read() if stat.S_ISREG(found.st_mode) and private else b""


def remove_kept(folder: str) -> None:
    """Remove from `folder` what any user's hooks kept there; OSError where that can't be done."""
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        kind, _, user = name.partition(".")
        if kind in KINDS and user.isdigit():
            os.unlink(os.path.join(folder, name))
