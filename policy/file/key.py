"""The record for one key of a policy file, a row of the table of keys (`keys.py`)."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .value_types import ValueType

# Values of `turns_on_unless`: a key with NO_VALUE always turns its rules on, one with ANY_VALUE never does.
NO_VALUE, ANY_VALUE = object(), object()


class Key(Record):
    """One key.

    `rules` are the rules that read it. Unless `[rules]` says otherwise, they are
    errors as soon as the value differs from `turns_on_unless`. In generated texts,
    `example` replaces a default that does not show what a value looks like.
    `unset` describes the behaviour without the key, if no value has that effect.
    """

    name: str
    type: ValueType
    doc: str
    example: object = None
    rules: tuple[str, ...] = ()
    turns_on_unless: object = NO_VALUE
    unset: str = ""
