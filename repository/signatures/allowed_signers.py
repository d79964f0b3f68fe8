"""Finds and reads the file of allowed signers that a policy names.

The lines are those of ssh-keygen(1), "ALLOWED SIGNERS". For signers with an
OpenPGP key there are also lines with a principal and a fingerprint

    grace@example.com gpg:5B7C3A0E9D...

and the keys themselves, as `gpg --armor --export` writes them. So this file
alone decides who may sign, and no keyring on the server matters.
"""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.grammar.names import HEADS
from ...policy.record import Record
from ..trusted.policy_location import parse_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..git.reader import Reader

KEY = "signing.allowed-signers"
LARGEST = 1 << 20

BEGIN_KEYS = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
END_KEYS = b"-----END PGP PUBLIC KEY BLOCK-----"
FINGERPRINT = b"gpg:"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HEX = frozenset(b"0123456789ABCDEF")


class AllowedSigners(Record):
    """The content of a file of allowed signers.

    `ssh` are the lines for ssh-keygen, `ssh_keys` all SSH keys in them, `pgp_keys` the armoured OpenPGP keys, and
    `pgp` maps their fingerprints (upper-case hex) to principals.
    """

    ssh: bytes
    pgp_keys: bytes
    pgp: Mapping[str, str]
    ssh_keys: frozenset[bytes] = frozenset()

    @property
    def ssh_has_times(self) -> bool:
        """Whether a key may be valid at some times only."""
        return b"valid-" in self.ssh.lower()


def read_allowed_signers(location: str, reader: Reader, *, remote: str | None = None) -> AllowedSigners:
    """The allowed signers at `location` (`file:/path` or `ref:<ref>:<path>`), as they were before the push.

    In a clone, `remote` is the remote's name, and its refs as last fetched are used. Raises CannotJudge if the file
    can't be read, or if a fingerprint is malformed.
    """
    where = parse_location(KEY, location)
    if where.ref is None:
        return parse_allowed_signers(_read_file(where.path, location), location)
    ref = where.ref if remote is None else f"refs/remotes/{remote}/{where.ref.removeprefix(HEADS)}"
    commit = reader.head_commit() if ref == "HEAD" else reader.existing([ref]).get(ref)
    if commit is None:
        raise _unreadable(location, f"the ref {ref!r} does not exist")
    entry = reader.entry(commit, where.path, limit=LARGEST)
    if entry is None or entry.kind != "file":
        raise _unreadable(location, "there is no such file")
    if entry.size > LARGEST:
        raise _unreadable(location, f"it has more than {LARGEST} bytes")
    return parse_allowed_signers(entry.data, location)


def parse_allowed_signers(data: bytes, location: str) -> AllowedSigners:
    """Parse the file `data`; `location` is for messages. Raises CannotJudge if a fingerprint is malformed."""
    ssh: list[bytes] = []
    keys: list[bytes] = []
    principals: dict[str, str] = {}
    in_keys = False
    if data.startswith(BYTE_ORDER_MARK):
        raise _unreadable(location, "it begins with a byte order mark; save it as UTF-8 without BOM")
    for line in data.replace(b"\r\n", b"\n").split(b"\n"):
        words = line.split()
        in_keys = in_keys or line.strip() == BEGIN_KEYS
        if in_keys:
            keys.append(line + b"\n")
            in_keys = line.strip() != END_KEYS
        elif len(words) > 1 and words[1].startswith(FINGERPRINT) and not words[0].startswith(b"#"):
            fingerprint = b"".join(words[1:])[len(FINGERPRINT) :].upper()
            if len(fingerprint) not in (40, 64) or not HEX.issuperset(fingerprint):
                raise _unreadable(location, f"{line.decode('utf-8', 'replace')!r} names no whole fingerprint")
            principals[fingerprint.decode("ascii")] = words[0].decode("utf-8", "surrogateescape")
        else:
            ssh.append(line + b"\n")
    return AllowedSigners(b"".join(ssh), b"".join(keys), principals, _keys_in(ssh))


def _keys_in(lines: Iterable[bytes]) -> frozenset[bytes]:
    """Everything in lines for ssh-keygen that may be a key: base64 that begins with a length of four bytes."""
    import binascii

    found = set()
    for line in lines:
        for word in line.split():
            if word.startswith(b"AAAA"):
                try:
                    found.add(binascii.a2b_base64(word))
                except ValueError:
                    continue
    return frozenset(found)


def _read_file(path: str, location: str) -> bytes:
    if not os.path.isfile(path):
        raise _unreadable(location, "there is no such file")
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise _unreadable(location, str(error.strerror)) from error
    if len(data) > LARGEST:
        raise _unreadable(location, f"it has more than {LARGEST} bytes")
    return data


def _unreadable(location: str, reason: str) -> CannotJudge:
    return CannotJudge(
        f"Signatures can't be verified: the policy's {KEY} is {location!r}, and {reason}. "
        "The policy's owner must put the allowed signers there."
    )
