"""One key of a policy file, as the table of keys (`keys.py`) has it."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .value_types import ValueType

# What `turns_on_unless` holds for a key that turns its rules on whenever it is given, and for one that never does.
NO_VALUE, ANY_VALUE = object(), object()


class Key(Record):
    """One key.

    `rules` are those that read it. They are errors, unless `[rules]` says
    otherwise, as soon as the value is another than `turns_on_unless`.
    `example` stands in generated text where the default shows nothing of what
    can be written. `unset` says what holds without the key, where no value
    of it says that.
    """

    name: str
    type: ValueType
    doc: str
    example: object = None
    rules: tuple[str, ...] = ()
    turns_on_unless: object = NO_VALUE
    unset: str = ""
