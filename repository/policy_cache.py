"""Keeps the policy that was read last, so that most hooks need not read TOML.

`tomllib` and the table of keys take longer to import than a whole judgement
does. What they made of a policy file is kept beside the push log, as plain
values (marshal), under the SHA-256 of the file's content and of the layout of
these values; a policy that does not match it is read anew.

A forged policy would let anything in. So a kept one counts only if its file
belongs to the user whom this hook runs as and can be written by nobody else:
whoever can write such a file can change the hook itself. Whatever is wrong
with it, the policy file is read instead, and nobody is bothered.
"""

from __future__ import annotations

import marshal
import os
import stat

from ..policy.policy_file import load_policy
from ..policy.policy_plain import LAYOUT, from_plain, to_plain
from .sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..policy.policy import Policy

FOLDER = "tagwarden"
HASH_LENGTH = 64

# What a kept policy's file is called, by whether it is the site's; the user's id follows.
KINDS = {False: "policy", True: "site-policy"}


class PolicyCache:
    """The policies kept in the repository whose common directory is `common_dir`: one, and one of the site."""

    def __init__(self, common_dir: str) -> None:
        self._folder = os.path.join(common_dir, FOLDER)

    def load(self, data: bytes, *, site: bool = False) -> Policy:
        """What `load_policy` makes of a policy file's content; raises what it raises."""
        # In a shared repository several users run hooks; each trusts only their own.
        path = os.path.join(self._folder, f"{KINDS[site]}.{os.geteuid()}")
        key = sha256(b"\0".join((LAYOUT.encode(), KINDS[site].encode(), data))).encode()
        kept = _read_kept(path, key)
        if kept is not None:
            return kept
        policy = load_policy(data, site=site)
        _keep(path, key, policy)
        return policy


def _read_kept(path: str, key: bytes) -> Policy | None:
    try:
        content = _own_file(path)
        values = content[2 * HASH_LENGTH :]
        # The second hash tells a file that a crash of the machine has left half written.
        if content[: 2 * HASH_LENGTH] != key + sha256(values).encode():
            return None
        return from_plain(marshal.loads(values))  # noqa: S302 - only what this very user wrote gets here
    except (OSError, EOFError, ValueError, TypeError):
        return None


def _own_file(path: str) -> bytes:
    """The content of an ordinary file that this user alone can write, b"" for any other."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(fd, "rb") as file:
        found = os.fstat(fd)
        private = found.st_uid == os.geteuid() and not found.st_mode & 0o022 and found.st_nlink == 1
        return file.read() if stat.S_ISREG(found.st_mode) and private else b""


def _keep(path: str, key: bytes, policy: Policy) -> None:
    from .whole_file import write_whole

    try:
        values = marshal.dumps(to_plain(policy))
        write_whole(path, key + sha256(values).encode() + values, 0o600)
    except (OSError, ValueError):
        pass


def remove_kept_policies(folder: str) -> None:
    """Remove from `folder` what any user's hooks kept there; OSError where that can't be done."""
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        kind, _, user = name.partition(".")
        if kind in KINDS.values() and user.isdigit():
            os.unlink(os.path.join(folder, name))
