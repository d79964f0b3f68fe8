"""Guesses what a user meant: another command, an option, or a model and its version as two arguments."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from ..policy.grammar.names import TAGS, gto_spelling, tag_spelling
from ..policy.grammar.tag_name import TagName, parse_tag_name
from ..policy.wording import shell_command
from .command_table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Collection

FIRST_SCREEN = """\
tagwarden: make a Git repository's tags a model registry that can be trusted.

  Read the registry   tagwarden show             tagwarden history MODEL
  Create tags         tagwarden register MODEL   tagwarden assign MODEL STAGE
  Hook in a clone     tagwarden install          tagwarden status
  Hook on a server    tagwarden install --server REPO
  Judge all tags      tagwarden audit
  Rules and policy    tagwarden rules            tagwarden policy init

`tagwarden --help` lists all commands, `tagwarden COMMAND --help` explains one."""

# Commands of GTO, its older versions and other tools that have another name here.
ELSEWHERE = {
    "promote": "assign",
    "check-ref": "resolve",
    "doctor": "audit",
    "describe": "show",
    "stages": "show",
    "ls": "show",
    "list": "show",
    "latest": "resolve",
    "which": "resolve",
    "validate": "check",
    "lint": "check",
    "init": "install",
    "unregister": "deregister",
    "rollback": "assign",
    "help": "--help",
}


def suggested_command(name: str) -> str | None:
    """The command that was probably meant by `name`, which is not a command; None if there is no guess."""
    return ELSEWHERE.get(name) or suggested(name, COMMANDS)


def suggested(name: str, known: Collection[str]) -> str | None:
    """The one of `known` that was probably meant by `name`; None if there is no guess."""
    return next(iter(difflib.get_close_matches(name.lower(), known, n=1)), None)


def usage_hint(error: click.UsageError) -> str | None:
    """A message to print instead of click's own, None if click's own will do."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return None
    named = error.option_name.lstrip("-")
    for parameter in error.ctx.command.params:
        if isinstance(parameter, click.Argument) and parameter.name == named:
            return f"{error.option_name} is no option here: write the {named} alone, without {error.option_name}."
    return None


def separate_arguments_hint(text: str) -> str | None:
    """How to pass a model and its version or stage, given as one word, to this command; None if it is neither."""
    name = parse_tag_name(tag_spelling(text))
    context = click.get_current_context(silent=True)
    if not isinstance(name, TagName) or context is None or context.info_name is None:
        return None
    said = {"model": gto_spelling(name.model), "stage": name.stage, "version": name.version and str(name.version)}
    words = ["tagwarden", context.info_name]
    options: list[str] = []
    for parameter in context.command.params:
        value = said.get(parameter.name or "")
        if isinstance(parameter, click.Argument):
            words += [value or (parameter.name or "").upper()] if value or parameter.required else []
        elif value:
            options += [f"--{parameter.name}", value]
    both = {name.stage, str(name.version)} & {*words, *options}
    instead = "write them separately" if both else "write the model alone"
    second = "stage" if name.stage else "version"
    return f"{text!r} is a model with its {second}; {instead}: {shell_command(*words, *options)}"


def unpushed_hint(names: Collection[str], model: str, remote: str) -> str:
    """A sentence on registrations of `model` that only the clone has, for a command that goes by the remote's tags."""
    versions = sorted(
        tag for tag in names if isinstance(name := parse_tag_name(tag), TagName) and name.kind == "register"
    )
    if not versions:
        return ""
    push = shell_command("git", "push", remote, *(TAGS + tag for tag in versions[:3]))
    are = "is" if len(versions) == 1 else "are"
    listed = ", ".join(versions[:3]) + (f" and {len(versions) - 3} more" if len(versions) > 3 else "")
    return f"\n{listed} {are} only in this clone, and only tags on {remote!r} count here; push first: {push}"
