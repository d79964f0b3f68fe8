"""The click group `tagwarden`: its options, and its commands by name."""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import Any

import click

from ..policy.program_version import VERSION
from .command_table import COMMANDS


class LazyGroup(click.Group):
    """A group whose commands are listed in COMMANDS and imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].home.partition(":")
        command = getattr(import_module(f".commands.{module}", __package__), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from .hints import suggested_command

            meant = suggested_command(args[0])
            hint = f" Did you mean `tagwarden {meant}`?" if meant else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            # Not click's own list, which would import every command for its first line.
            formatter.write_dl([(name, row.summary) for name, row in COMMANDS.items()])


def _print_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"tagwarden {VERSION}")
        ctx.exit()


def _change_directory(ctx: click.Context, parameter: click.Parameter, folders: tuple[str, ...]) -> None:
    # Each folder is relative to the one before it (git(1), -C).
    for folder in folders:
        if not folder:
            continue
        try:
            ctx.with_resource(contextlib.chdir(folder))
        except OSError as error:
            message = f"cannot change to {folder!r}: {error.strerror}"
            raise click.BadParameter(message, ctx, parameter) from error


SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group("tagwarden", cls=LazyGroup, context_settings=SETTINGS)
@click.option(
    "-C",
    "folders",
    metavar="DIR",
    multiple=True,
    expose_value=False,
    callback=_change_directory,
    help="Run as if started in DIR; as in git, each -C is relative to the one before.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def tagwarden() -> None:
    """Make a Git repository's tags a model registry that can be trusted."""
