"""Checks an OpenPGP signature's packet (RFC 4880, 4.2 and 5.2) before gpg is started."""

from __future__ import annotations

SIGNATURE = 2
DETACHED_BYTES = 0

# RFC 4880, 9.4. Somebody can make two tags with the same digest, so a signature of one is also one of the other.
WEAK = {1: "MD5", 2: "SHA-1", 3: "RIPEMD-160"}


def problem_of_packet(data: bytes) -> str | None:
    """Why the decoded armour is not exactly one signature, of bytes, with a safe digest; None if nothing is wrong.

    Everything else is left to gpg.
    """
    body = _only_packet(data)
    if body is None:
        return "it is not exactly one OpenPGP signature"
    if len(body) < 4 or body[0] not in (4, 5, 6):
        return "it is not an OpenPGP signature of a known version"
    if body[1] != DETACHED_BYTES:
        return "it is not one of the tag's very bytes"
    return weak_digest(body[3])


def weak_digest(number: int) -> str | None:
    """What is wrong with a signature that uses the digest with this number, None if it is safe."""
    if number not in WEAK:
        return None
    return f"it is made over an {WEAK[number]} digest, which can be forged (`digest-algo SHA512` in gpg.conf)"


def _only_packet(data: bytes) -> bytes | None:
    """The body of the packet if `data` is exactly one signature packet, else None."""
    if len(data) < 3 or not data[0] & 0x80:
        return None
    if data[0] & 0x40:
        tag, first = data[0] & 0x3F, data[1]
        if first < 192:
            start, length = 2, first
        elif first < 224:
            start, length = 3, ((first - 192) << 8) + data[2] + 192
        elif first == 255:
            start, length = 6, int.from_bytes(data[2:6], "big")
        else:  # partial lengths, which are only for streamed data
            return None
    else:
        tag, size = data[0] >> 2 & 0x0F, data[0] & 0x03
        if size == 3:
            return None
        start = 2 + (0, 1, 3)[size]
        length = int.from_bytes(data[1:start], "big")
    return data[start:] if tag == SIGNATURE and start + length == len(data) else None
