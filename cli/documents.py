"""The shapes of everything that commands print with `--json`, from the `DOCUMENTS` of their modules."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from ..report.documents.shape import json_schema
from ..report.documents.shapes import FAILURE
from .command_table import COMMANDS

if TYPE_CHECKING:
    from typing import Any

    from ..report.documents.shape import Shape

COMMAND_WORDS = re.compile(r"[a-z]+(?: [a-z]+)*")


def documents_by_command() -> dict[str, list[Shape]]:
    """The shapes that each command prints, in the order of the table; commands without JSON output are left out."""
    found: dict[str, list[Shape]] = {}
    for row in COMMANDS.values():
        module = import_module(f".commands.{row.home.partition(':')[0]}", __package__)
        for document in getattr(module, "DOCUMENTS", ()):
            found.setdefault(command_of(document), []).append(document)
    return found


def command_of(document: Shape) -> str:
    """The command that prints a document, which begins its name: `log` for `log --verify`."""
    words = COMMAND_WORDS.match(document.name)
    assert words is not None, document.name
    return words.group()


def schema_of_command(command: str) -> dict[str, Any]:
    """The JSON Schema of all that `command` prints with `--json`. Raises KeyError if there is no such command."""
    documents = documents_by_command()[command]
    return json_schema(f"tagwarden {command} --json", [*documents, FAILURE])


def schema_of_everything() -> dict[str, Any]:
    """One JSON Schema for everything that any command prints with `--json`."""
    documents = [document for those in documents_by_command().values() for document in those]
    return json_schema("tagwarden --json", [*documents, FAILURE])
