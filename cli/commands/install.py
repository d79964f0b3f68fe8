"""`tagwarden install`: puts the hooks into repositories."""

from __future__ import annotations

import json
from typing import Any

import click

from ...server_hooks.pusher import HOSTS
from ..errors import Refused


@click.command()
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@click.option("--server", is_flag=True, help="Install a server hook into the repository that receives the pushes.")
@click.option(
    "--configured",
    is_flag=True,
    help="Let the clone's configuration name the hook, which then runs whatever owns the hooks folder (Git 2.54).",
)
@click.option(
    "--hook",
    type=click.Choice(["pre-receive", "update"]),
    help="Which server hook; `update` sees the refs of a push one by one; only for hosts that offer no pre-receive.  "
    "[default: pre-receive]",
)
@click.option(
    "--host",
    metavar="NAME",
    help=f"The hosting system: {', '.join(HOSTS)} or env:VARIABLE. It decides where hooks go, and who pushes.",
)
@click.option("--print", "print_it", is_flag=True, help="Write the hook file to stdout, and install nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def install(
    repositories: tuple[str, ...],
    server: bool,
    configured: bool,
    hook: str | None,
    host: str | None,
    print_it: bool,
    as_json: bool,
) -> None:
    """Install the hooks in each REPO (default: here): pre-push in a clone, or a server hook.

    Installing again changes nothing. A hook that is there already is kept,
    and runs after tagwarden has accepted a push. Exits with 1 where a hook
    can't be installed; where husky or lefthook own the hooks, it says what to
    add to their files.
    """
    if server and configured:
        raise click.UsageError("--configured is for clones; it does not go with --server.")
    if not server:
        if hook is not None or host is not None or print_it:
            raise click.UsageError("--hook, --host and --print are for server hooks: say --server.")
        _install_in_clones(repositories or (".",), configured=configured, as_json=as_json)
        return
    from ...server_hooks.served_repository import CannotAdminister

    hook = hook or "pre-receive"

    done: list[dict[str, Any]] = []
    try:
        if print_it:
            click.echo(_hook_file(hook, host), nl=False)
            return
        for path in repositories or (".",):
            done.append(_install(path, hook, host))
            if not as_json:
                click.echo("\n".join(done[-1]["done"]))
    except CannotAdminister as error:
        raise Refused(str(error)) from error
    if as_json:
        click.echo(json.dumps(done[0] if len(done) == 1 else {"schema": 1, "repositories": done}))


def _install_in_clones(paths: tuple[str, ...], *, configured: bool, as_json: bool) -> None:
    from ...hooks.clone import CannotInstall
    from ...hooks.install import install as install_client_hook

    done: list[dict[str, Any]] = []
    try:
        for path in paths:
            said = install_client_hook(path, configured=configured)
            done.append({"schema": 1, "repository": path, "done": said})
            if not as_json:
                click.echo("\n".join(said))
    except CannotInstall as error:
        raise Refused(str(error)) from error
    if as_json:
        click.echo(json.dumps(done[0] if len(done) == 1 else {"schema": 1, "repositories": done}))


def _hook_file(hook: str, host: str | None) -> str:
    from ...server_hooks.hook_file import hook_file
    from ...server_hooks.install import check_host, own_interpreter

    check_host(host)
    return hook_file("update" if hook == "update" else "pre-receive", python=own_interpreter(), host=host or "")


def _install(path: str, hook: str, host: str | None) -> dict[str, Any]:
    from ...server_hooks.install import install as install_server_hook
    from ..server_hooks import as_owner

    def here() -> dict[str, Any]:
        done = install_server_hook(path, hook="update" if hook == "update" else "pre-receive", host=host)
        return {"schema": 1, "repository": path, "done": done}

    named = [f"--host={host}"] if host is not None else []
    return as_owner(path, ["install", "--server", f"--hook={hook}", *named], here)
