"""`tagwarden uninstall`: takes back exactly what `tagwarden install` did."""

from __future__ import annotations

import click

from ..for_each_repository import documents_for_each, done, for_each_repository

DOCUMENTS = documents_for_each("uninstall", "Which hooks were taken back, and what is there now.")


@click.command()
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@click.option("--server", is_flag=True, help="Remove the server hooks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def uninstall(repositories: tuple[str, ...], server: bool, as_json: bool) -> int:
    """Remove the hooks from each REPO (default: here), and put back what was there before.

    REPO may be a glob, in quotes. Exits with 1 where something can't be taken back.
    """
    take_back = _uninstall_on_server if server else _uninstall_from_clone
    return for_each_repository(repositories, lambda path: done(take_back(path), path), as_json=as_json)


def _uninstall_on_server(path: str) -> list[str]:
    from ...server_hooks.installing.uninstall import uninstall as uninstall_server_hooks
    from ..server_hooks import as_owner

    said: list[str] = as_owner(path, ["uninstall", "--server"], lambda: {"done": uninstall_server_hooks(path)})["done"]
    return said


def _uninstall_from_clone(path: str) -> list[str]:
    from ...hooks.uninstall import uninstall as uninstall_client_hook

    return uninstall_client_hook(path)
