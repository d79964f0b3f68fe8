"""`tagwarden schema`: prints the JSON Schema of what commands print with `--json`."""

from __future__ import annotations

import json

import click

from ..documents import documents_by_command, schema_of_command, schema_of_everything
from ..errors import Refused


@click.command()
@click.argument("command", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="List the commands that have one.")
@click.option("--json", is_flag=True, expose_value=False, help="Has no effect: a schema is always JSON.")
def schema(command: tuple[str, ...], listing: bool) -> None:
    """Print the JSON Schema (draft 2020-12) of what COMMAND prints with --json; without COMMAND, of all commands.

    Every document that a command prints conforms to its schema, including errors.
    For policy files, use `tagwarden policy schema`. Exits with 1 if COMMAND has no
    schema.
    """
    name = " ".join(command)
    known = documents_by_command()
    if listing:
        click.echo("\n".join(known))
    elif not name:
        click.echo(json.dumps(schema_of_everything(), indent=2))
    elif name in known:
        click.echo(json.dumps(schema_of_command(name), indent=2))
    else:
        raise Refused(f"there is no schema for {name!r}; these have one: {', '.join(known)}")
