"""Decodes the armour of a signature, and refuses everything in it that is not signed.

The formats are those of ssh-keygen's PROTOCOL.sshsig and RFC 4880, 6.2.
Verifying programs ignore header lines ("Comment: approved by all") and other
text, which anybody can add to a good signature; here such a signature does not
count.
"""

from __future__ import annotations

BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")

NOT_SIGNED = "its armour holds {line!r}, which nobody signed"


def read_armour(signature: bytes, kind: bytes, *, checksum: bool) -> bytes | str:
    """The bytes in a block of armour of this `kind` ("SSH SIGNATURE"), or why `signature` is not exactly one block.

    With `checksum`, as in OpenPGP, there may be an empty line first, and a last line of "=" and four characters, which
    is ignored.
    """
    begin, end = b"-----BEGIN " + kind + b"-----\n", b"\n-----END " + kind + b"-----"
    if signature.count(b"\n-----END ") != 1 or not signature.endswith((end, end + b"\n")):
        return "something else than its end follows it"
    inside = signature[: signature.index(end)].removeprefix(begin)
    lines = inside.split(b"\n")
    if checksum:
        if lines[0] == b"":
            del lines[0]
        elif b":" in lines[0]:
            return NOT_SIGNED.format(line=_shown(lines[0])) + " (`no-comments` and `no-emit-version` in gpg.conf)"
        if len(lines) > 1 and len(lines[-1]) == 5 and lines[-1].startswith(b"="):
            lines.pop()
    for line in lines:
        if not line or not BASE64.issuperset(line):
            return NOT_SIGNED.format(line=_shown(line))
    import binascii

    joined = b"".join(lines)
    try:
        data = binascii.a2b_base64(joined)
    except ValueError:
        data = b""
    # The decoder ignores everything after the padding, and unused bits, so the result is encoded again and compared.
    return data if binascii.b2a_base64(data, newline=False) == joined else "its armour holds no base64"


def _shown(line: bytes) -> str:
    return line[:60].decode("utf-8", "replace")
