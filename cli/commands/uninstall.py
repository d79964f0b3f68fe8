"""`tagwarden uninstall`: takes back exactly what `tagwarden install` did."""

from __future__ import annotations

import json
from typing import Any

import click

from ..errors import Refused


@click.command()
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@click.option("--server", is_flag=True, help="Remove the server hooks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def uninstall(repositories: tuple[str, ...], server: bool, as_json: bool) -> None:
    """Remove the hooks from each REPO (default: here), and put back what was there before.

    Exits with 1 where something can't be taken back.
    """
    done: list[dict[str, Any]] = []
    for path in repositories or (".",):
        done.append(_uninstall(path) if server else _uninstall_from_clone(path))
        if not as_json:
            click.echo("\n".join(done[-1]["done"]))
    if as_json:
        click.echo(json.dumps(done[0] if len(done) == 1 else {"schema": 1, "repositories": done}))


def _uninstall(path: str) -> dict[str, Any]:
    from ...server_hooks.served_repository import CannotAdminister
    from ...server_hooks.uninstall import uninstall as uninstall_server_hooks
    from ..server_hooks import as_owner

    def here() -> dict[str, Any]:
        return {"schema": 1, "repository": path, "done": uninstall_server_hooks(path)}

    try:
        return as_owner(path, ["uninstall", "--server"], here)
    except CannotAdminister as error:
        raise Refused(str(error)) from error


def _uninstall_from_clone(path: str) -> dict[str, Any]:
    from ...hooks.clone import CannotInstall
    from ...hooks.uninstall import uninstall as uninstall_client_hook

    try:
        return {"schema": 1, "repository": path, "done": uninstall_client_hook(path)}
    except CannotInstall as error:
        raise Refused(str(error)) from error
