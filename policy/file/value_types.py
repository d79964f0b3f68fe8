"""The types of the values in a policy file: how each is parsed, described in messages, and expressed in the schema."""

from __future__ import annotations

from ..grammar.globs import problem_of
from ..grammar.names import is_name
from ..grammar.tag_name import KINDS
from ..record import Record
from ..rules import rules_where
from .toml_text import describe_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

LONGEST_PATTERN = 4096
LONGEST_GLOB = 1000
MOST_ENTRIES = 10_000
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class InvalidValue(Exception):
    """The value is not of the expected type. The message, if not empty, describes what was found."""


class ValueType(Record):
    """One type of value.

    `expected` describes it, to follow "expected ". `read` converts a value from
    TOML to the policy's, or raises InvalidValue. `schema` is its JSON Schema.
    """

    expected: str
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]


def choice(names: Sequence[str]) -> ValueType:
    """One of these strings."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value in names:
            return value
        raise InvalidValue

    return ValueType(one_of(names), read, {"enum": list(names)})


def one_of(names: Sequence[str]) -> str:
    """The names as text: `"a", "b" or "c"`."""
    quoted = [f'"{name}"' for name in names]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def whole_number(least: int, most: int) -> ValueType:
    """A whole number from `least` to `most`, both included."""

    def read(value: Any) -> int:
        if type(value) is int and least <= value <= most:
            return value
        raise InvalidValue

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return ValueType(f"a whole number from {least} to {most}", read, schema)


def array_of(item: ValueType, plural: str, *, least: int = 0, distinct: bool = False) -> ValueType:
    """An array of values of type `item`, called `plural` in messages, with at least `least` entries.

    With `distinct`, no value may occur twice.
    """

    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise InvalidValue
        if len(value) < least:
            raise InvalidValue("an empty array")
        if len(value) > MOST_ENTRIES:
            raise InvalidValue(f"one of {len(value)} entries, more than the limit of {MOST_ENTRIES}")
        items = []
        seen = set()
        for entry in value:
            try:
                items.append(item.read(entry))
            except InvalidValue as unfit:
                raise InvalidValue(f"{str(unfit) or describe_value(entry)} in the array") from None
            if distinct:
                if items[-1] in seen:
                    raise InvalidValue(f"{items[-1]!r} twice")
                seen.add(items[-1])
        return tuple(items)

    expected = f"an array of {plural}"
    if least:
        expected += ", not empty"
    if distinct:
        expected += ", none twice"
    schema = {"type": "array", "items": item.schema, "minItems": least, "uniqueItems": distinct}
    return ValueType(expected, read, schema)


def _read_flag(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise InvalidValue


def _read_number(value: Any) -> int | float:
    # Infinity and NaN compare in ways that no user expects.
    if type(value) is int or (type(value) is float and value - value == 0):
        return value
    raise InvalidValue


def _read_string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise InvalidValue


def _read_non_empty(value: Any) -> str:
    text = _read_string(value)
    if text:
        return text
    raise InvalidValue


def _read_duration(value: Any) -> int:
    text = _read_string(value)
    number, unit = text[:-1], text[-1:]
    if unit in SECONDS and number.isascii() and number.isdigit() and len(number) <= 9:
        return int(number) * SECONDS[unit]
    raise InvalidValue


def _read_program_version(value: Any) -> str:
    text = _read_string(value)
    parts = text.split(".")
    if len(parts) <= 3 and all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        return text
    raise InvalidValue


def _read_pattern(value: Any) -> str:
    text = _read_string(value)
    if len(text) > LONGEST_PATTERN:
        raise InvalidValue(f"one of {len(text)} characters")
    import re
    import warnings

    try:
        # Python warns of patterns, such as "[[", whose meaning may change in a later version.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidValue(f"{describe_value(text)}, which is not one: {problem}") from None
    return text


def _read_glob(value: Any) -> str:
    text = _read_string(value)
    if len(text) > LONGEST_GLOB:
        raise InvalidValue(f"one of {len(text)} characters, more than the limit of {LONGEST_GLOB}")
    problem = problem_of(text)
    if problem:
        raise InvalidValue(f"{describe_value(text)} ({problem})")
    return text


def _read_stage(value: Any) -> str:
    text = _read_string(value)
    if is_name(text):
        return text
    raise InvalidValue


def _read_path(value: Any) -> str:
    text = _read_string(value)
    parts = text.split("/")
    if "" in parts or "." in parts or ".." in parts or "\0" in text or "\n" in text:
        raise InvalidValue
    return text


def _read_member(value: Any) -> str:
    text = _read_string(value)
    if text and text.isprintable() and text == text.strip() and text not in ("@", "signer:"):
        return text
    raise InvalidValue


def _read_person(value: Any) -> str:
    text = _read_member(value)
    if text.startswith("@"):
        raise InvalidValue(f"the group {text!r}")
    return text


def _read_signers(value: Any) -> str:
    text = _read_string(value)
    kind, _, rest = text.partition(":")
    if kind == "file" and rest.startswith("/") and "\0" not in rest:
        return text
    ref, _, path = rest.partition(":")
    if kind == "ref" and ref and not ref.startswith("-") and path:
        _read_path(path)
        return text
    raise InvalidValue


NAME_SCHEMA = {"type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9_/-]*[A-Za-z0-9])?$"}
_TEXT = {"type": "string", "minLength": 1}

NON_EMPTY = ValueType("a text that is not empty", _read_non_empty, _TEXT)
FLAG = ValueType("true or false", _read_flag, {"type": "boolean"})
NUMBER = ValueType("a number", _read_number, {"type": "number"})
LEVEL = choice(("error", "warning", "off"))
DURATION = ValueType(
    'a number and a unit (s, m, h, d), such as "90s", "5m", "1h" or "2d"',
    _read_duration,
    {"type": "string", "pattern": "^[0-9]{1,9}[smhd]$"},
)
PROGRAM_VERSION = ValueType(
    'a version of tagwarden, such as "0.1" or "0.1.2"',
    _read_program_version,
    {"type": "string", "pattern": "^[0-9]{1,9}(\\.[0-9]{1,9}){0,2}$"},
)
PATTERN = ValueType(
    f"a regular expression (Python `re`) of at most {LONGEST_PATTERN} characters",
    _read_pattern,
    {"type": "string", "maxLength": LONGEST_PATTERN},
)
PATH = ValueType("a path within the repository, without a leading '/' and without '..'", _read_path, _TEXT)
SIGNERS = ValueType(
    '"file:/absolute/path" or "ref:REF:PATH"',
    _read_signers,
    {"type": "string", "pattern": "^(file:/|ref:[^:-][^:]*:.)"},
)
GLOBS = array_of(ValueType("a glob", _read_glob, _TEXT), "globs")
SOME_GLOBS = array_of(ValueType("a glob", _read_glob, _TEXT), "globs", least=1)
PATHS = array_of(PATH, "paths within the repository, without a leading '/' and without '..'")
STAGES = array_of(
    ValueType("a stage's name", _read_stage, NAME_SCHEMA),
    "stage names (letters, digits, '-', '_' and '/', a letter or digit at both ends)",
    distinct=True,
)
SOME_KINDS = array_of(choice(KINDS), f"kinds of tag ({one_of(KINDS)})", least=1)
_MEMBER = ValueType("a name", _read_member, _TEXT)
NAME = _MEMBER
NAMES = array_of(_MEMBER, "names", distinct=True)
WHO = array_of(_MEMBER, 'names, "@group"s and "signer:PRINCIPAL"s')
SOME_WHO = array_of(_MEMBER, 'names, "@group"s and "signer:PRINCIPAL"s', least=1)
MEMBERS = array_of(
    ValueType("a name", _read_person, _TEXT), 'names and "signer:PRINCIPAL"s (groups can\'t contain groups)'
)
_PERSON = ValueType("a principal", _read_person, _TEXT)
PRINCIPALS = array_of(_PERSON, "principals", distinct=True)
APPROVERS = array_of(_MEMBER, 'principals and "@group"s', least=1)
PARTIES = array_of(choice(("tagger", "pusher")), f"roles ({one_of(('tagger', 'pusher'))})", distinct=True)
_BREAKABLE = rules_where("breakable")
BREAKABLE_RULES = array_of(
    choice(_BREAKABLE), f"rules that an emergency may break ({one_of(_BREAKABLE)})", distinct=True
)
