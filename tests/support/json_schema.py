"""Validates the JSON output of commands against their schemas."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from tagwarden.cli.documents import documents_by_command
from tagwarden.report.documents.shape import Shape, json_schema
from tagwarden.report.documents.shapes import FAILURE

# Commands that print a schema.
PRINT_A_SCHEMA = ("schema", "policy schema")
WHAT_TO_DO = (
    "A document says what its shape says: change DOCUMENTS in cli/commands/, or the shape that stands there "
    "(a new key also gets its row in KEYS of report/documents/keys.py), and run `make docs`."
)


def assert_fits_schema(args: Sequence[str], document: Any) -> None:
    """Raise AssertionError, with advice, if `document` does not fit the schema of `tagwarden ARGS`."""
    command = command_in(args)
    if command in PRINT_A_SCHEMA:
        validator_class().check_schema(document)
        return
    problems = problems_of(document, command)
    assert not problems, "\n".join(
        [f"`tagwarden {' '.join(args)}` printed what its schema lacks:", *problems, WHAT_TO_DO]
    )


def problems_of(document: Any, command: str | None) -> list[str]:
    """What in `document` does not fit the schema of `command` (None: an unknown command); empty if it fits."""
    shapes = _shapes(command)
    found = {one.name: [_told(error) for error in _validator(one).iter_errors(document)] for one in shapes}
    if not all(found.values()):
        return []
    # Of several shapes, take the one that shares the most keys with the document.
    keys = set(document) if isinstance(document, dict) else set()
    meant = max(shapes, key=lambda one: len(keys & {field.key for field in one.fields}))
    return found[meant.name]


def shape_of(document: Any, command: str) -> Shape | None:
    """The shape that `document` fits, None if it fits none."""
    return next((one for one in _shapes(command) if _validator(one).is_valid(document)), None)


def command_in(args: Sequence[str]) -> str | None:
    """The command that `args` call, preceded by its group's name; None if there is no such command."""
    words = " ".join(arg for arg in args if not arg.startswith("-"))
    known = [*documents_by_command(), *PRINT_A_SCHEMA]
    return next((name for name in known if f"{words} ".startswith(f"{name} ")), None)


def validator_class() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator


@functools.cache
def _shapes(command: str | None) -> list[Shape]:
    return [*(documents_by_command()[command] if command else ()), FAILURE]


@functools.cache
def _validator(one: Shape) -> Any:
    schema = json_schema(one.name, [one])
    return validator_class()({"$ref": f"{schema['anyOf'][0]['$ref']}", "$defs": schema["$defs"]})


def _told(error: Any) -> str:
    return f"  {error.json_path}: {error.message[:500]}"
