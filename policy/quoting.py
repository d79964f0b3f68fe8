"""Text from a pusher within a sentence."""

from __future__ import annotations

# The longest component of a tag's name; what is longer, nobody reads to its end.
LONGEST = 250


def cut(text: str) -> str:
    """`text`, or its beginning and how much more there is."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST} more characters)"


def quoted(text: str) -> str:
    """`text` as `repr` writes it, but for bytes that are not UTF-8, which become `\\xNN`; cut where it is long."""
    if len(text) > LONGEST:
        return f"{quoted(text[:LONGEST])}… ({len(text) - LONGEST} more characters)"
    if text.isascii():
        return repr(text)
    return "'" + "".join(map(_shown, text)) + "'"


def _shown(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return "\\'" if character == "'" else repr(character)[1:-1]
