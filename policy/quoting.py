"""Text from a pusher within a sentence."""

from __future__ import annotations


def quoted(text: str) -> str:
    """`text` as `repr` writes it, but for bytes that are not UTF-8, which become `\\xNN`."""
    if text.isascii():
        return repr(text)
    return "'" + "".join(map(_shown, text)) + "'"


def _shown(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return "\\'" if character == "'" else repr(character)[1:-1]
