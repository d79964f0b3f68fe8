"""Caches the parsed policy, so that most hooks need not parse TOML.

Importing `tomllib` and the table of keys takes longer than judging a push. The
parsed policy is stored beside the push log as plain values (marshal), with the
SHA-256 of the policy file's content and of the layout of these values; if that
differs, the policy file is parsed again.

A forged policy would let anything in. So a cached one counts only if its file
belongs to the user that this hook runs as and nobody else can write it: a user
who can write such a file can change the hook itself. If anything is wrong with
the cache, the policy file is parsed instead, without a message.
"""

from __future__ import annotations

import marshal
import os

from ...policy.file.snapshot import LAYOUT, from_plain, to_plain
from ..git.own_file import STATE_FOLDER, own_file
from ..git.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.policy import Policy

HASH_LENGTH = 64

# The first part of a cache file's name, by whether the policy is the site's; the second is the user's id.
KINDS = {False: "policy", True: "site-policy"}


class PolicyCache:
    """The cached policies of the repository with the common directory `common_dir`: its own, and the site's."""

    def __init__(self, common_dir: str) -> None:
        self._folder = os.path.join(common_dir, STATE_FOLDER)

    def load(self, data: bytes, *, site: bool = False) -> Policy:
        """As `load_policy`, from the cache if it has the policy; raises what `load_policy` raises."""
        # In a shared repository several users run hooks, and none trusts another's file.
        path = os.path.join(self._folder, f"{KINDS[site]}.{os.geteuid()}")
        key = sha256(b"\0".join((LAYOUT.encode(), KINDS[site].encode(), data))).encode()
        kept = _read_kept(path, key)
        if kept is not None:
            return kept
        from ...policy.file.load import load_policy

        policy = load_policy(data, site=site)
        _keep(path, key, policy)
        return policy


def _read_kept(path: str, key: bytes) -> Policy | None:
    try:
        content = own_file(path)
        values = content[2 * HASH_LENGTH :]
        # The second hash detects a file that a crash of the machine has left half written.
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
