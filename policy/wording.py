"""Formats parts of messages: untrusted text, lists of names, and commands for the reader to paste."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# The most names that one sentence lists.
MOST_NAMES = 10
# The digits of an object's id that a message shows: enough for Git, and short enough for a line.
SHOWN_OF_AN_ID = 12
# The most characters of a text that a message shows: as many as a component of a tag's name can have.
LONGEST = 250


def cut(text: str) -> str:
    """`text`; if it is long, its beginning and the number of characters left out."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST} more characters)"


def short_id(oid: str) -> str:
    """The beginning of an object's id, which Git and people take for the whole."""
    return oid[:SHOWN_OF_AN_ID]


def quoted(text: str) -> str:
    """`text` as `repr` writes it, but with `\\xNN` for bytes that are not UTF-8; long texts are cut."""
    if len(text) > LONGEST:
        return f"{quoted(text[:LONGEST])}… ({len(text) - LONGEST} more characters)"
    if text.isascii():
        return repr(text)
    return "'" + "".join(map(_shown, text)) + "'"


def _shown(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return "\\'" if character == "'" else repr(character)[1:-1]


def without_passwords(text: str) -> str:
    """`text` without the passwords and tokens of the URLs in it (gitfaq(7), RFC 3986 §3.2.1).

    In HTTP URLs the user name is removed, too, because it is often a token.
    """
    if "://" not in text or "@" not in text:
        return text
    import re

    text = re.sub(r"(?i)\b(https?://)[^/?#\s'\"]*@", r"\1", text)
    return re.sub(r"(?i)\b([a-z][a-z0-9+.-]*://[^/:@\s'\"]*):[^/?#\s'\"]*@", r"\1@", text)


def some_of(names: Iterable[str]) -> str:
    """The first MOST_NAMES of `names`, separated by commas, and the number of the others."""
    listed = list(names)
    text = ", ".join(listed[:MOST_NAMES])
    return f"{text} and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else text


def shell_command(*words: str) -> str | None:
    """The command, quoted for a POSIX shell; None if a word contains unprintable characters.

    The quotes are single ones: bash expands `!` even within double quotes.
    """
    import shlex

    if not all(word.isprintable() for word in words):
        return None
    return " ".join(shlex.quote(word) for word in words)


def shell_commands(*commands: tuple[str, ...]) -> str | None:
    """Several commands joined by `&&`; None if one of them can't be pasted."""
    pasted = [shell_command(*command) for command in commands]
    return " && ".join(line for line in pasted if line is not None) if None not in pasted else None


def is_plain_text(text: str) -> bool:
    """Whether `text` contains only printable characters, newlines and tabs."""
    return all(character.isprintable() or character in "\n\t" for character in text)


def is_utf8(text: str) -> bool:
    """Whether `text` has no surrogates, which stand for bytes that are not UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def counted(number: int, noun: str) -> str:
    """The number with its noun: `1 tag`, `2 tags`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
