"""`tagwarden policy`: writes, checks, shows and tries policy files, and prints their schema."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from ...policy.errors import CannotJudge
from ...policy.file.load import PolicyMistakes, load_policy
from ...policy.grammar.names import is_model, tag_spelling
from ...report.documents.shape import holding, or_null, shape
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED, REFUSED
from ...repository.git.command import Git
from ...repository.judging.suggested_settings import Suggested, suggestions
from ...repository.trusted.policy_location import POLICY_FILE
from ..completion import complete_model
from ..errors import Refused
from ..options import json_option
from ..policy_in_force import read_input
from ..policy_table import EFFECTIVE_POLICY, as_document, as_text
from ..policy_trial import TRIAL, print_trial

if TYPE_CHECKING:
    from collections.abc import Sequence

SUGGESTION = shape("suggestion", "A setting that fits the tags that there are.", "key", "value")
CHECKED_FILE = shape("checked file", "A policy file, and what is wrong with it.", "file", "valid", "mistakes")
DOCUMENTS = (
    shape(
        "policy init", "The policy file that was written; with --stdout none was.",
        "schema", or_null("file"), "content", holding("suggestions", SUGGESTION),
    ),
    shape("policy check", "What is wrong with policy files.", "schema", "valid", holding("files", CHECKED_FILE)),
    EFFECTIVE_POLICY,
    TRIAL,
)  # fmt: skip


@click.group(short_help="Write, check and show policy files.")
def policy() -> None:
    """Write, check and show policy files, and print their JSON Schema."""


@policy.command("init", short_help="Write a policy file with every key in it.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print the file instead of writing it.")
@json_option
def write_template(to_stdout: bool, as_json: bool) -> None:
    """Write a policy file with every key explained and commented out.

    The file is tagwarden.toml at the top of the work tree; an existing one is left
    alone, and the exit status is 1. It ends with settings that fit the tags of
    this repository: other tools' tags to ignore (npm, lerna, changesets), and
    stricter settings that all existing model tags satisfy.
    """
    from ...policy.file.template import policy_template

    offered = _suggestions_here()
    text = policy_template() + "".join(f"{line}\n" for line in _offer(offered))
    suggested = [{"key": one.key, "value": one.value} for one in (*offered.needed, *offered.satisfied)]
    if to_stdout:
        document = {"schema": 1, "file": None, "content": text, "suggestions": suggested}
        click.echo(json.dumps(document) if as_json else text, nl=as_json)
        return
    path = _default_file()
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{escape(path)} already exists; --stdout prints a new one") from None
    except OSError as error:
        raise CannotJudge(f"{escape(path)} can't be written: {error.strerror}") from error
    if as_json:
        click.echo(json.dumps({"schema": 1, "file": display(path), "content": text, "suggestions": suggested}))
    else:
        click.echo(f"Wrote {escape(path)}. It takes effect once it is on the server's default branch.")
        if not _in_repository():
            click.echo("note: this folder is not in a Git repository; put the file at the top of one.", err=True)
        for line in _offer(offered):
            click.echo(line.removeprefix("##").removeprefix(" "))


def _in_repository() -> bool:
    try:
        return bool(Git.here().folder())
    except CannotJudge:
        return False


def _suggestions_here() -> Suggested:
    """Settings that fit the existing tags; none outside of a repository."""
    try:
        return suggestions(Git.here())
    except CannotJudge:
        return Suggested([], [], [])


def _offer(offered: Suggested) -> list[str]:
    lines: list[str] = []
    if offered.needed:
        lines += ["", "## Without these settings, an audit reports errors in existing tags:"]
        lines += [f"##   {one.toml}" for one in offered.needed]
    if offered.passing:
        lines.append(
            f"## With them, a typo such as {offered.passing[0]} is not reported, although it registers nothing."
        )
    if offered.satisfied:
        lines += ["", "## All existing model tags satisfy these stricter settings, so that you can adopt them:"]
        lines += [f"##   {one.toml}" for one in offered.satisfied]
    return lines


@policy.command("check", short_help="Report every mistake in policy files.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@json_option
def check_files(files: Sequence[str], as_json: bool) -> int:
    """Report every mistake in policy files; `-` is standard input.

    Without FILE, checks tagwarden.toml at the top of the work tree. Exits with 1
    if there is a mistake or no such file.
    """
    checked = []
    for file in files or (_default_file(),):
        mistakes = _mistakes_in(file)
        checked.append({"file": display(file), "valid": not mistakes, "mistakes": list(mistakes)})
        for mistake in mistakes:
            click.echo(f"{escape(file)}: {mistake}", err=True)
        if not mistakes and not as_json:
            click.echo(f"{escape(file)}: no mistakes")
    valid = all(one["valid"] for one in checked)
    if as_json:
        click.echo(json.dumps({"schema": 1, "valid": valid, "files": checked}))
    return ACCEPTED if valid else REFUSED


@policy.command("show", short_help="Show the policy in force, and where each value comes from.")
@click.option("--policy", "file", metavar="FILE", help="Show this file instead of the policy in force here.")
@click.option("--site", is_flag=True, help="Show the site policy, or FILE as one.")
@click.option(
    "--model",
    metavar="MODEL",
    shell_complete=complete_model,
    help="Show the policy for this model, with overrides applied.",
)
@click.option(
    "--remote", metavar="NAME", help="In a clone: the remote whose policy to show.  [default: where `git push` goes]"
)
@json_option
def show(file: str | None, site: bool, model: str | None, remote: str | None, as_json: bool) -> None:
    """Show the policy in force here, and where each value comes from.

    In a bare repository this is the policy by which it judges pushes; in a clone,
    the remote's policy as far as the clone knows it. Without --model, overrides
    are listed separately.
    """
    from ..policy_in_force import policy_in_file, policy_in_force, site_policy_in_force

    if model is not None and not is_model(tag_spelling(model)):
        raise Refused(f"{escape(model)} is not a model's name")
    if file is not None:
        loaded = policy_in_file(file, site=site)
    else:
        loaded = site_policy_in_force() if site else policy_in_force(remote=remote)
    click.echo(json.dumps(as_document(loaded, model)) if as_json else as_text(loaded, model))


@policy.command("try", short_help="Say what a policy would change.")
@click.argument("file", metavar="FILE")
@click.option("--site", is_flag=True, help="Use FILE in place of the site policy instead of the repository's.")
@json_option
def try_policy(file: str, site: bool, as_json: bool) -> int:
    """Show what the policy FILE would refuse that the policy in force here accepts, and vice versa.

    On a server with a site policy both judge, with FILE in place of one of them.

    FILE is tried on the existing tags and, on a server, on the pushes in the push
    log, each judged against what existed before it. Branches count as they are
    now. A refused push can't be tried again, because its objects are gone. Changes
    nothing. Exits with 1 if FILE would refuse something that the policy in force
    accepts.
    """
    return print_trial(file, as_site=site, as_json=as_json)


@policy.command("schema", short_help="Print the JSON Schema of policy files.")
@click.option("--json", is_flag=True, expose_value=False, help="Has no effect: a schema is always JSON.")
def print_schema() -> None:
    """Print the JSON Schema (draft 2020-12) of policy files, for editors."""
    from ...policy.file.schema import policy_schema

    click.echo(json.dumps(policy_schema(), indent=2))


def _default_file() -> str:
    """The path of the work tree's policy file; without a work tree, in the current folder."""
    return os.path.relpath(os.path.join(Git.here().work_tree() or ".", POLICY_FILE))


def _mistakes_in(path: str) -> tuple[str, ...]:
    try:
        load_policy(read_input(path))
    except PolicyMistakes as found:
        return found.mistakes
    except FileNotFoundError:
        return ("there is no such file; `tagwarden policy init` writes one",)
    return ()
