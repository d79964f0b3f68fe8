"""Parses an SSH signature (OpenSSH's PROTOCOL.sshsig) before ssh-keygen is started."""

from __future__ import annotations

from ...policy.record import Record

MAGIC = b"SSHSIG"
VERSION = (1).to_bytes(4, "big")
HASHES = (b"sha256", b"sha512")

# ssh-keygen's names for the types of keys.
TYPES = {b"ssh-ed25519": "ED25519", b"ssh-rsa": "RSA"}


class SshSignature(Record):
    """An SSH signature; `key` is the public key or certificate: the bytes that a `.pub` file contains in base64."""

    key: bytes
    namespace: bytes

    @property
    def is_by_certificate(self) -> bool:
        return b"-cert-v" in _first_string(self.key)

    @property
    def signer(self) -> str:
        """The key as ssh-keygen names it: its type and its fingerprint."""
        from base64 import b64encode
        from hashlib import sha256

        kind = _first_string(self.key)
        digest = b64encode(sha256(self.key).digest()).rstrip(b"=").decode("ascii")
        return f"{TYPES.get(kind) or kind.decode('ascii', 'replace')} key SHA256:{digest}"


def read_ssh_signature(blob: bytes) -> SshSignature | str:
    """Parse the decoded armour `blob`, or return why the signature does not count."""
    if not blob.startswith(MAGIC + VERSION):
        return "it is not an SSH signature of a known version"
    fields = []
    rest = blob[len(MAGIC + VERSION) :]
    for _ in range(5):
        length = int.from_bytes(rest[:4], "big")
        if len(rest) < 4 + length:
            return "it is cut short"
        fields.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    key, namespace, _, digest, _ = fields
    if rest:
        return "something follows the signature inside its armour"
    if digest not in HASHES:
        return f"it is made over a digest by {digest.decode('ascii', 'replace')!r}, which is not taken for safe"
    return SshSignature(key, namespace)


def _first_string(blob: bytes) -> bytes:
    return blob[4 : 4 + int.from_bytes(blob[:4], "big")]
