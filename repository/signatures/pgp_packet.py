"""What an OpenPGP signature holds (RFC 4880, 4.2 and 5.2), read before any program is started for it."""

from __future__ import annotations

SIGNATURE = 2
DETACHED_BYTES = 0

# RFC 4880, 9.4. Two tags with one digest of these can be made: who signs the one signs the other.
WEAK = {1: "MD5", 2: "SHA-1", 3: "RIPEMD-160"}


def problem_of_packet(data: bytes) -> str | None:
    """Why the bytes of the armour are not exactly one signature of bytes over a safe digest; None if nothing is wrong.

    What only a program can tell it leaves to the program.
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
    """What is wrong with a signature over a digest of this number."""
    if number not in WEAK:
        return None
    return f"it is made over an {WEAK[number]} digest, which can be forged (`digest-algo SHA512` in gpg.conf)"


def _only_packet(data: bytes) -> bytes | None:
    """The body of the one packet that all of `data` is, if it is a signature."""
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
        else:  # partial lengths, which are for data that is streamed
            return None
    else:
        tag, size = data[0] >> 2 & 0x0F, data[0] & 0x03
        if size == 3:
            return None
        start = 2 + (0, 1, 3)[size]
        length = int.from_bytes(data[1:start], "big")
    return data[start:] if tag == SIGNATURE and start + length == len(data) else None
