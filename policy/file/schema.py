"""The JSON Schema (draft 2020-12) of a policy file, for editors."""

from __future__ import annotations

from ..rules import RULES
from .defaults import default_of
from .keys import KEYS, OVERRIDABLE
from .reading import MUST_BE_GIVEN
from .sections import SECTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TRAILER = "^[A-Za-z0-9-]+$"


def policy_schema() -> dict[str, Any]:
    """The schema, made of the table of keys. It does not express dependencies between keys."""
    root = _object("")
    for key in KEYS.values():
        *tables, name = key.name.split(".")
        here = root
        path = ""
        for table in tables:
            path = f"{path}.{table}" if path else table
            here = _inside(here, table, path)
        if name == "NAME":
            here["additionalProperties"] = dict(key.type.schema)
        elif name == "RULE":
            here["properties"] = {rule: dict(key.type.schema) for rule in RULES if not RULES[rule].always}
        else:
            default = default_of(key)
            here["properties"][name] = {
                **key.type.schema,
                "description": key.doc,
                **({} if default is None else {"default": default}),
            }
    override = root["properties"]["override"]["items"]["properties"]
    for section in OVERRIDABLE:
        override[section] = {"$ref": f"#/properties/{section}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tagwarden.toml, the policy that model tags are judged by",
        **root,
    }


def _inside(here: dict[str, Any], table: str, path: str) -> dict[str, Any]:
    """The schema of `table` within the schema `here`, which is added if it is missing."""
    inner: dict[str, Any]
    if table == "NAME":
        inner = here.setdefault("patternProperties", {}).setdefault(
            TRAILER if "trailers" in path else "", _object(path)
        )
    elif table.endswith("[]"):
        array = here["properties"].setdefault(table[:-2], {"type": "array", "items": _object(path)})
        inner = array["items"]
    else:
        inner = here["properties"].setdefault(table, _object(path))
    return inner


def _object(path: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    if SECTIONS.get(path):
        schema["description"] = SECTIONS[path]
    if path in MUST_BE_GIVEN:
        schema["required"] = [MUST_BE_GIVEN[path]]
    return schema
