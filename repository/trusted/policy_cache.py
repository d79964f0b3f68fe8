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

from ...policy.file.load import load_policy
from ...policy.file.snapshot import LAYOUT, from_plain, to_plain
from ..git.own_file import STATE_FOLDER, own_file
from ..git.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.policy import Policy

HASH_LENGTH = 64

# What a kept policy's file is called, by whether it is the site's; the user's id follows.
KINDS = {False: "policy", True: "site-policy"}


class PolicyCache:
    """The policies kept in the repository whose common directory is `common_dir`: one, and one of the site."""

    def __init__(self, common_dir: str) -> None:
        self._folder = os.path.join(common_dir, STATE_FOLDER)

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
        content = own_file(path)
        values = content[2 * HASH_LENGTH :]
        # The second hash tells a file that a crash of the machine has left half written.
        if content[: 2 * HASH_LENGTH] != key + sha256(values).encode():
            return None
        return from_plain(marshal.loads(values))  # noqa: S302 - only what this very user wrote gets here
    except (OSError, EOFError, ValueError, TypeError):
        return None


def _keep(path: str, key: bytes, policy: Policy) -> None:
    from ..git.whole_file import replace_file

    try:
        values = marshal.dumps(to_plain(policy))
        replace_file(path, key + sha256(values).encode() + values, 0o600)
    except (OSError, ValueError):
        pass
