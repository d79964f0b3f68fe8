"""Converts a policy to plain values (tuples, dicts, strings, numbers) and back, for a cache between hooks."""

from __future__ import annotations

from .. import settings as records
from ..program_version import VERSION
from ..rules import RULES
from .policy import Override, Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_RECORDS: tuple[type[tuple[Any, ...]], ...] = (
    Policy,
    Override,
    *(one for one in vars(records).values() if hasattr(one, "_fields")),
)
_NUMBERS = {record: number for number, record in enumerate(_RECORDS)}

# Identifies the layout of the plain values: those of another layout can't be converted back.
LAYOUT = repr((VERSION, [(record.__name__, getattr(record, "_fields", ())) for record in _RECORDS], RULES))


def to_plain(policy: Policy) -> Any:
    """The policy as plain values."""
    return _plain(policy)


def from_plain(value: Any) -> Policy:
    """The policy that `to_plain` converted to `value`, with the same LAYOUT."""
    made: Policy = _made(value)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return (_NUMBERS.get(type(value)), *map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _made(value: Any) -> Any:
    if type(value) is tuple:
        number, *fields = value
        made = map(_made, fields)
        return tuple(made) if number is None else _RECORDS[number](*made)
    if type(value) is dict:
        return {key: _made(inner) for key, inner in value.items()}
    if type(value) is list:
        return [_made(inner) for inner in value]
    return value
