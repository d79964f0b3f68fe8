"""Formats values as TOML, for files and for messages."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# The characters of a value that a message shows.
SHOWN = 60

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def toml_text(value: object) -> str:
    """`value` (a string, number, boolean, empty table, or sequence of these) as TOML in printable characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{"".join(map(_escape, value))}"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_text, value))}]"
    return repr(value)


def _escape(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def toml_assignment(key: str, value: object) -> str:
    """`key = value`, for a key that is already spelled as in TOML."""
    return f"{key} = {toml_text(value)}"


def describe_value(value: object) -> str:
    """A short description of `value`, which comes from TOML, for "found …; expected …"."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array of tables" if value and isinstance(value[0], dict) else "an array"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number of more than 64 bits"
    if isinstance(value, str):
        # Only the beginning is shown.
        return _shortened(toml_text(value[:100]))
    if isinstance(value, (bool, int, float)):
        return _shortened(toml_text(value))
    return "a date or a time"


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def joined(names: Sequence[str], last: str = "or") -> str:
    """The names as an enumeration: `a, b or c`."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)
