"""The page docs/json.md: what each command prints with `--json`, from the shapes that the schemas come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagwarden.cli.documents import documents_by_command
from tagwarden.report.documents.keys import ANYTHING, KEYS
from tagwarden.report.documents.shape import parts_of
from tagwarden.report.documents.shapes import FAILURE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tagwarden.report.documents.shape import Field, Shape

INTRODUCTION = """\
# JSON

With `--json`, and with `--format json` where a command judges, a command prints exactly one document on stdout, one
object on one line. Messages for people are on stderr, and the [exit status](exit-status.md) is the same as without.

`tagwarden schema COMMAND` prints the JSON Schema (draft 2020-12) of what a command prints, `tagwarden schema` that of
all of them, `tagwarden schema --list` the commands that have one. Every document fits its schema, errors included.
Where a command can print several documents, their names below say by which option. The policy's own schema is
`tagwarden policy schema`.

## What you may rely on

- `"schema": 1` stands in every document. The number changes when a key goes, changes its type or its meaning.
- Within one number keys are only added. A reader must pass over keys that it does not know. (`tagwarden schema` lists
  exactly the keys of the version at hand, so validate with the schema of the version that you run.)
- One key means one thing and has one type, whichever command prints it. Only `old` and `new` are ids in the push log
  and values in `diff`.
- Models are spelled as GTO shows them (`cv:seg`), times are in UTC, ids are full. Bytes that are not UTF-8 are
  written as `\\xNN`. The wording of messages may change in any version; what a script tells apart by are the ids of
  rules, policy keys, outcomes and exit statuses.
- Where a command fails, the document is the [error](#error), whatever was asked.
"""
LEGEND = "| key | type | |\n|---|---|---|"


def json_page() -> str:
    """The page."""
    parts = [INTRODUCTION]
    inner: dict[str, Shape] = {}
    for command, documents in {**documents_by_command(), "": [FAILURE]}.items():
        parts.append(f"## {f'tagwarden {command}' if command else 'Any command that fails'}\n")
        for document in documents:
            parts += _table(document)
            inner.update({part.name: part for part in parts_of(document) if part is not document})
    parts.append("## What is in them\n")
    for name in sorted(inner):
        parts += _table(inner[name])
    return "\n".join(parts)


def _table(one: Shape) -> list[str]:
    return [f"### {one.name}\n", f"{one.doc}\n", LEGEND, *map(_row, one.fields), ""]


def _row(field: Field) -> str:
    key = KEYS[field.key]
    kind = "anything" if field.says is not None else _type(key.type)
    inner = [f"[{shape.name}](#{_anchor(shape.name)})" for shape in (field.shape, *field.others) if shape is not None]
    if inner:
        kind = kind.replace("object", " or ".join(inner))
    extra = [word for word, holds in (("or null", field.null), ("not always there", field.absent)) if holds]
    says = (field.says or key.doc).replace("|", "\\|")
    return f"| `{field.key}` | {', '.join([kind, *extra])} | {says} |"


def _anchor(title: str) -> str:
    """The anchor that GitHub makes of a title."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _type(schema: Mapping[str, Any]) -> str:
    """A JSON Schema in a word or two."""
    if schema == ANYTHING:
        return "anything"
    if "enum" in schema:
        return " \\| ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and schema.get("additionalProperties"):
        return f"object by name, each {_type(schema['additionalProperties'])}"
    return str(kind)
