"""The record for one key of a policy file, as in the table of keys (`keys.py`)."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .value_types import ValueType

# What `turns_on_unless` holds for a key that turns its rules on whenever it is given, and for one that never does.
NO_VALUE, ANY_VALUE = object(), object()


class Key(Record):
    """One key.

    `rules` are the rules that read it. Unless `[rules]` says otherwise, they
    are errors as soon as the value differs from `turns_on_unless`. `example`
    replaces the default in generated text if the default doesn't show what a
    value looks like. `unset` describes the behavior without the key, if no
    value has that effect.
    """

    name: str
    type: ValueType
    doc: str
    example: object = None
    rules: tuple[str, ...] = ()
    turns_on_unless: object = NO_VALUE
    unset: str = ""
