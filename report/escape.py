"""Untrusted text, made fit for a terminal.

Names, messages and taggers come from a pusher, and `git push` passes most
bytes on to the terminals of others. Everything but printable ASCII is shown
as an escape: colour codes, bidirectional overrides, bytes that are not UTF-8.
"""

from __future__ import annotations

LONGEST = 2000


def escape(text: str) -> str:
    """`text` in printable ASCII; bytes that are not UTF-8 as `\\xNN`, newlines as `\\n`.

    Very long text is cut, with a note of how much is missing.
    """
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text) - LONGEST} more characters)"
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_escape_one, text))


def _escape_one(character: str) -> str:
    if " " <= character <= "~":
        return character
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if character == "…":
        return "..."
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def display(text: str) -> str:
    """`text` as it is but for bytes that are not UTF-8, which become `\\xNN`.

    For JSON, whose own escapes take care of the rest.
    """
    return "".join(f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in text)
