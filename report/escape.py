"""Untrusted text, made fit for a terminal.

Names, messages and taggers come from a pusher, and `git push` passes most
bytes on to the terminals of others. Letters of every script are shown as they
are. Whatever a terminal obeys or does not show is shown as an escape: colour
codes, bidirectional overrides, invisible characters, bytes that are not UTF-8.
"""

from __future__ import annotations

from ..policy.wording import without_passwords

LONGEST = 2000

# Unicode counts these among the printable ones, but they leave nothing to see
# (DerivedCoreProperties.txt, Default_Ignorable_Code_Point; the blank of braille).
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
    """Whether every part of `text`, none longer than LONGEST, stays as it is; it may be so where this says False."""
    return text.isascii() and text.isprintable() and "://" not in text


def escape(text: str) -> str:
    """`text` in printable characters; bytes that are not UTF-8 as `\\xNN`, newlines as `\\n`.

    Very long text is cut, with a note of how much is missing. Passwords of URLs
    are left out.
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
    """`text` as it is but for bytes that are not UTF-8, which become `\\xNN`.

    For JSON, whose own escapes take care of the rest. Passwords of URLs are left
    out.
    """
    text = without_passwords(text)
    return "".join(f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in text)


def columns(text: str) -> int:
    """How many columns of a terminal escaped `text` takes (Unicode Standard Annex #11)."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(character) in ("Mn", "Me") else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )
