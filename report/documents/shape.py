"""The shape of a JSON document: which keys it has. The JSON Schema and docs/json.md are generated from the shapes."""

from __future__ import annotations

from ...policy.record import Record
from .keys import ANYTHING, KEYS, OBJECT, OBJECTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Field(Record):
    """One key of an object.

    If its value holds objects, each has the shape `shape` or one of `others`. The value may be null if `null`, and the
    key may be missing if `absent`. `says` replaces the meaning in KEYS; the value may then be of any type.
    """

    key: str
    shape: Shape | None = None
    null: bool = False
    absent: bool = False
    others: tuple[Shape, ...] = ()
    says: str | None = None


class Shape(Record):
    """An object with exactly these fields. The shape of a whole document is named after the command that prints it."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    def plus(self, name: str, doc: str, *fields: str | Field) -> Shape:
        """A shape that has all fields of this one, and more."""
        return Shape(name, doc, (*self.fields, *shape(name, doc, *fields).fields))


def shape(name: str, doc: str, *fields: str | Field) -> Shape:
    """A shape. Each field is a key of KEYS, or a key wrapped by one of the functions below."""
    return Shape(name, doc, tuple(Field(field) if isinstance(field, str) else field for field in fields))


def or_null(field: str | Field) -> Field:
    return (Field(field) if isinstance(field, str) else field)._replace(null=True)


def if_any(field: str | Field) -> Field:
    """The key may be missing."""
    return (Field(field) if isinstance(field, str) else field)._replace(absent=True)


def holding(key: str, inner: Shape) -> Field:
    """The value is an object of the shape `inner`, or a list of such objects, according to the type in KEYS."""
    return Field(key, inner)


def alternatives(key: str, inner: Shape, *others: Shape) -> Field:
    """The value is a list of objects, each of the shape `inner` or one of `others`."""
    return Field(key, inner, others=others)


def json_schema(title: str, documents: Sequence[Shape]) -> dict[str, Any]:
    """The JSON Schema of a document that has any one of these shapes."""
    return {
        "$schema": DRAFT,
        "title": title,
        "anyOf": [{"$ref": _pointer(document)} for document in documents],
        "$defs": {part.name: _object(part) for document in documents for part in parts_of(document)},
    }


def parts_of(whole: Shape) -> Iterator[Shape]:
    """A shape and all shapes nested in it, outermost first; a shape that is used twice comes twice."""
    yield whole
    for field in whole.fields:
        if field.shape is not None:
            yield from parts_of(field.shape)
        for other in field.others:
            yield from parts_of(other)


def _pointer(one: Shape) -> str:
    # Escaped as a JSON pointer (RFC 6901), then as a URI fragment (RFC 3986): names contain spaces.
    escaped = one.name.replace("~", "~0").replace("/", "~1")
    return "#/$defs/" + "".join(c if c.isalnum() or c in "-_.~" else f"%{ord(c):02X}" for c in escaped)


def _object(one: Shape) -> dict[str, Any]:
    return {
        "description": one.doc,
        "type": "object",
        "properties": {field.key: _value(field) for field in one.fields},
        "required": [field.key for field in one.fields if not field.absent],
        "additionalProperties": False,
    }


def anything(key: str, says: str) -> Field:
    """The value may be of any type; `says` is its meaning."""
    return Field(key, says=says)


def _value(field: Field) -> dict[str, Any]:
    key = KEYS[field.key]
    if field.says is not None:
        return {**ANYTHING, "description": field.says}
    if field.shape is None:
        found = dict(key.type)
    elif key.type is OBJECT:
        found = {"$ref": _pointer(field.shape)}
    else:
        assert key.type is OBJECTS, f"{field.key} holds no objects"
        items = [{"$ref": _pointer(one)} for one in (field.shape, *field.others)]
        found = {**key.type, "items": {"anyOf": items} if field.others else items[0]}
    if field.null and found != ANYTHING:
        simple = isinstance(found.get("type"), str) and "enum" not in found
        found = {**found, "type": [found["type"], "null"]} if simple else {"anyOf": [found, {"type": "null"}]}
    return {**found, "description": key.doc}
