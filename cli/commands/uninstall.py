"""`tagwarden uninstall`: removes the hooks and restores what was there before."""

from __future__ import annotations

import click

from ..for_each_repository import documents_for_each, done, for_each_repository
from ..options import json_option, repositories_argument

DOCUMENTS = documents_for_each("uninstall", "Which hooks were taken back, and what is there now.")


@click.command()
@repositories_argument
@click.option("--server", is_flag=True, help="Remove the server hooks.")
@json_option
def uninstall(repositories: tuple[str, ...], server: bool, as_json: bool) -> int:
    """Remove the hooks from each REPO (default: the current repository) and restore what was there before.

    REPO may be a quoted glob. Exits with 1 if something can't be restored, and
    with 3 if REPO is not a repository.
    """
    take_back = _uninstall_on_server if server else _uninstall_from_clone
    return for_each_repository(repositories, lambda path: done(take_back(path), path), as_json=as_json)


def _uninstall_on_server(path: str) -> list[str]:
    from ...server_hooks.installing.uninstall import uninstall as uninstall_server_hooks
    from ..ownership import as_owner

    said: list[str] = as_owner(path, ["uninstall", "--server"], lambda: {"done": uninstall_server_hooks(path)})["done"]
    return said


def _uninstall_from_clone(path: str) -> list[str]:
    from ...hooks.uninstall import uninstall as uninstall_client_hook

    return uninstall_client_hook(path)
