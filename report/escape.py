"""Escapes untrusted text for terminals and for JSON.

Names, messages and taggers come from a pusher, and `git push` passes most
bytes on to other people's terminals. Letters of every script are shown as they
are. Everything that a terminal would interpret or hide is shown as an escape:
colour codes, bidirectional overrides, invisible characters, bytes that are not
UTF-8.
"""

from __future__ import annotations

from ..policy.wording import without_passwords

LONGEST = 2000

# Invisible characters that `str.isprintable` accepts
# (DerivedCoreProperties.txt, Default_Ignorable_Code_Point; and the Braille blank, U+2800).
INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)

NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def needs_no_escape(text: str) -> bool:
    """True only if `escape` leaves every part of `text` of at most LONGEST characters unchanged.

    A quick check that may return False for such a text.
    """
    return text.isascii() and text.isprintable() and "://" not in text


def escape(text: str) -> str:
    """`text` in printable characters; bytes that are not UTF-8 become `\\xNN`, newlines `\\n`.

    Text longer than LONGEST is cut, with a note of how much is missing. Passwords in URLs are removed.
    """
    text = without_passwords(text)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}... ({len(text) - LONGEST} more characters)"
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_escape_one, text))


def _escape_one(character: str) -> str:
    if character.isprintable() and character not in INVISIBLE:
        return character
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def display(text: str) -> str:
    """`text` for a JSON document: bytes that are not UTF-8 become `\\xNN`, and passwords in URLs are removed.

    The JSON encoder escapes everything else.
    """
    text = without_passwords(text)
    return "".join(f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in text)


def columns(text: str) -> int:
    """The width of escaped `text` on a terminal, in columns (Unicode Standard Annex #11)."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(character) in ("Mn", "Me") else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )
