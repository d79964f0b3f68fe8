"""`tagwarden install`: installs the hooks into repositories."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING, Any

import click

from ...report.advice import Advice, Done
from ...report.documents.shape import holding, shape
from ...report.exit_status import ACCEPTED
from ...server_hooks.pusher import HOSTS
from ..errors import Refused
from ..for_each_repository import documents_for_each, done, for_each_repository
from ..options import json_option, repositories_argument

if TYPE_CHECKING:
    from ...server_hooks.hook_file import ServerHook
    from ..for_each_repository import Answer

ADVICE = shape("advice", "What to do next.", "why", "command")
DOCUMENTS = (
    *documents_for_each(
        "install", "Which hooks were installed, and what else is to be done.", holding("advice", ADVICE)
    ),
    shape("install --print", "A hook file.", "schema", "content"),
)


@click.command()
@repositories_argument
@click.option("--server", is_flag=True, help="Install a server hook into the repository that receives the pushes.")
@click.option(
    "--configured",
    is_flag=True,
    help="Configure the hook in the clone's Git configuration, so that it runs whatever manages the hooks folder "
    "(Git 2.54).",
)
@click.option(
    "--hook",
    type=click.Choice(["pre-receive", "update"]),
    help="Which server hook; `update` sees the refs of a push one by one and is only for hosts without pre-receive.  "
    "[default: pre-receive]",
)
@click.option(
    "--host",
    metavar="NAME",
    help=f"The hosting system: {', '.join(HOSTS)} or env:VARIABLE. It determines where hooks go and how the pusher is "
    "known.",
)
@click.option(
    "--settings",
    metavar="FILE",
    help="File with settings for all repositories, in Git's configuration format; '' removes it.  "
    "[default: what the installed hook names]",
)
@click.option("--print", "print_it", is_flag=True, help="Print the hook file instead of installing it.")
@json_option
def install(
    repositories: tuple[str, ...],
    server: bool,
    configured: bool,
    hook: str | None,
    host: str | None,
    settings: str | None,
    print_it: bool,
    as_json: bool,
) -> int:
    """Install the hook in each REPO (default: the current repository): pre-push in a clone, or a server hook.

    REPO may be a quoted glob such as '/srv/git/*.git'. With several repositories,
    each gets a line of its own, and the exit status is the worst one.

    Installing again changes nothing. An existing hook is kept and runs after
    tagwarden has accepted a push. If husky or lefthook manages the hooks, the
    command prints what to add to their files. Exits with 1 if a hook can't be
    installed, and with 3 if REPO is not a repository.
    """
    if server and configured:
        raise click.UsageError("--configured is for clones; it can't be combined with --server.")
    if not server and (hook is not None or host is not None or settings is not None or print_it):
        raise click.UsageError("--hook, --host, --settings and --print are for server hooks: add --server.")
    which: ServerHook = "update" if hook == "update" else "pre-receive"
    if print_it:
        content = _hook_file(which, host, settings or "")
        click.echo(json.dumps({"schema": 1, "content": content}) + "\n" if as_json else content, nl=False)
        return ACCEPTED

    def ask(path: str) -> Answer:
        if server:
            return _answer(_install_on_server(path, which, host, settings), path)
        return _answer(_install_in_clone(path, configured=configured), path)

    return for_each_repository(repositories, ask, as_json=as_json)


def _hook_file(hook: ServerHook, host: str | None, settings: str) -> str:
    from ...repository.hook_files.errors import CannotInstall
    from ...repository.hook_files.interpreter import own_interpreter
    from ...server_hooks.hook_file import hook_file
    from ...server_hooks.installing.install import INTERPRETER_NEEDS, check_host
    from ...server_hooks.machine_settings import checked_settings_file

    try:
        check_host(host)
        settings = checked_settings_file(settings, "/")
        python = own_interpreter(INTERPRETER_NEEDS)
        return hook_file(hook, python=python, host=host or "", settings=settings, printed=True)
    except CannotInstall as error:
        raise Refused(str(error)) from error


def _answer(found: Done, path: str) -> Answer:
    answer = done(found.said, path)
    advice = [{"why": one.why, "command": shlex.join(one.command)} for one in found.advice]
    return answer._replace(document={**answer.document, "advice": advice}, advice=found.advice)


def _install_in_clone(path: str, *, configured: bool) -> Done:
    from ...hooks.install import install as install_client_hook

    return install_client_hook(path, configured=configured)


def _install_on_server(path: str, hook: ServerHook, host: str | None, settings: str | None) -> Done:
    from ...server_hooks.installing.install import install as install_server_hook
    from ...server_hooks.owner import owner_of
    from ..ownership import as_owner

    named = [f"--host={host}"] if host is not None else []
    if settings is not None:
        named.append(f"--settings={os.path.abspath(settings) if settings else ''}")
    arguments = ["install", "--server", f"--hook={hook}", *named]

    def here() -> dict[str, Any]:
        return _answer(install_server_hook(path, hook=hook, host=host, settings=settings), path).document

    found = as_owner(path, arguments, here)
    repository = os.path.abspath(path)
    owner = owner_of(path)
    # tagwarden becomes the owner by itself; Git refuses to work in the repository of somebody else.
    as_them = () if owner.uid == os.geteuid() else ("sudo", "-u", owner.name)
    advice = []
    for one in found["advice"]:
        words = shlex.split(one["command"])
        advice.append(Advice(one["why"], (*(as_them if words[0] == "git" else ()), *words), repository))
    return Done(found["done"], advice)
