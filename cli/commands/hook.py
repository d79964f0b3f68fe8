"""`tagwarden hook`: runs hooks by name, for hook managers and for hook files whose interpreter is gone."""

from __future__ import annotations

from typing import NoReturn

import click


@click.group()
def hook() -> None:
    """Run a hook with the arguments and the standard input that Git gives it (githooks(5)).

    For use in the files of hook managers: `tagwarden hook pre-push "$@"`.
    """


@hook.command("pre-push", short_help="Judge a push before it leaves the clone.")
@click.option("--next", "foreign", default="", hidden=True)
@click.option("--lines", default="", hidden=True)
@click.argument("remote")
@click.argument("url")
def pre_push(foreign: str, lines: str, remote: str, url: str) -> NoReturn:
    """Judge the push of the refs on standard input to REMOTE (a name or a URL) at URL."""
    from ...hooks.pre_push import main

    main([foreign, lines, remote, url])
