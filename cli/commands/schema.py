"""`tagwarden schema`: prints the JSON Schema of what commands print with `--json`."""

from __future__ import annotations

import json

import click

from ...report.documents.shape import shape
from ..documents import documents_by_command, schema_of_command, schema_of_everything
from ..errors import Refused
from ..hints import suggested
from ..options import json_option

DOCUMENTS = (shape("schema --list", "The commands that have a schema.", "schema", "commands"),)


@click.command()
@click.argument("command", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="List the commands that have one.")
@json_option
def schema(command: tuple[str, ...], listing: bool, as_json: bool) -> None:
    """Print the JSON Schema (draft 2020-12) of what COMMAND prints with --json; without COMMAND, of all commands.

    Every document that a command prints conforms to its schema, including errors.
    For policy files, use `tagwarden policy schema`. Exits with 1 if COMMAND has no
    schema. A schema is always JSON; --json matters only with --list.
    """
    name = " ".join(command)
    known = documents_by_command()
    if listing:
        click.echo(json.dumps({"schema": 1, "commands": list(known)}) if as_json else "\n".join(known))
    elif not name:
        click.echo(json.dumps(schema_of_everything(), indent=2))
    elif name in known:
        click.echo(json.dumps(schema_of_command(name), indent=2))
    else:
        meant = suggested(name, known)
        hint = f"did you mean `tagwarden schema {meant}`?" if meant else f"these have one: {', '.join(known)}"
        raise Refused(f"there is no schema for {name!r}; {hint}")
