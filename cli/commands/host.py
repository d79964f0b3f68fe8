"""`tagwarden host`: plans and compares a host's own tag rules, derived from the policy."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from ...host_rules.dump import read_dump
from ...host_rules.hosts import HOSTS, identity_of
from ...host_rules.place import place_of
from ...host_rules.wanted import wanted_by
from ...policy.errors import CannotJudge
from ...policy.record import Record
from ...policy.wording import shell_command, without_passwords
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import SOURCE
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED, REFUSED
from ...repository.git.command import Git
from ...repository.remote.names import is_remote_anywhere, push_url, remote_to_push_to
from ..errors import Refused
from ..lines import echo_notes
from ..options import json_option
from ..policy_in_force import policy_in_file, policy_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...host_rules.hosts import Host
    from ...host_rules.place import Place
    from ...host_rules.step import Request, Step
    from ...repository.trusted.loaded_policy import LoadedPolicy

REQUEST = shape("request", "A request to the host's API.", "method", "endpoint", or_null("payload"), "command")
STEP = shape("step", "What the host's rules lack, and how they get it.", "because", holding("requests", REQUEST))
PLAN = shape(
    "host plan", "What a host has to be told, so that its own rules are what the policy implies.",
    "schema", "host", holding("policy", SOURCE), holding("steps", STEP), "dump", "notes",
)  # fmt: skip
DOCUMENTS = (PLAN, PLAN.plus("host drift", "In what the host's own rules differ from what the policy implies."))

# A larger file is not a list of rules.
MOST_BYTES = 16 * 1024 * 1024


class HostOptions(Record):
    """What the user asked for: the host, who may create tags, a policy file, and the repository on the host."""

    name: str
    by: tuple[str, ...]
    policy_file: str | None
    repository: str | None


class Comparison(Record):
    """What the policy implies for a repository on a host: the steps to take there, and what it can't enforce."""

    asked: HostOptions
    host: Host
    loaded: LoadedPolicy
    place: Place
    notes: Sequence[str]
    steps: Sequence[Step]

    @property
    def source(self) -> str:
        """The policy's source, escaped for printing."""
        return escape(self.loaded.source.source)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        json_option,
        click.option("--policy", "policy_file", metavar="FILE", help="Use this policy.  [default: the one in force]"),
        click.option(
            "--repository",
            metavar="URL",
            help="The repository on the host: a URL, or OWNER/NAME on github.com or gitlab.com."
            "  [default: where `git push` goes]",
        ),
        click.option(
            "--by",
            metavar="KIND:ID",
            multiple=True,
            help="Who may create model tags, such as app:12345 (GitHub), user:42, deploy-key:7 or "
            "role:maintainer (GitLab), user:models-bot (Gitea). Repeatable.  [default: all who may push]",
        ),
    ):
        command = option(command)
    return command


@click.group(short_help="Plan and compare a host's own tag rules.")
def host() -> None:
    """Plan a host's own tag rules from the policy, and compare them with those that it has.

    These rules work where no hook can be installed. Notes say what they can't
    enforce; docs/without-hooks.md describes what they guarantee.
    """


@host.command("plan", short_help="Print the commands that set a host's rules.")
@click.argument("host", type=click.Choice(list(HOSTS)))
@click.option(
    "--dump", "dump_file", metavar="FILE", help="What the host already has (`-`: standard input), to be left out."
)
@_options
def plan(
    host: str,
    by: tuple[str, ...],
    repository: str | None,
    policy_file: str | None,
    dump_file: str | None,
    as_json: bool,
) -> int:
    """Print a shell script that gives the host the rules that the policy implies.

    Only those whom --by names can create model tags, and nobody can move or delete
    them, as far as the policy forbids it and the host can enforce it. Nothing is
    sent: read the script, then run it as somebody who may change the repository's
    settings.
    """
    found = _compare(HostOptions(host, by, policy_file, repository), dump_file)
    if as_json:
        click.echo(json.dumps(_document(found)))
        return ACCEPTED
    click.echo(
        f"# The rules that the policy implies for {found.place.path} on {found.place.host} (policy: {found.source})."
    )
    for note in found.notes:
        click.echo(f"# note: {escape(note)}")
    click.echo("set -e")
    for step in found.steps:
        click.echo(f"\n# {escape(step.because)}")
        for request in step.requests:
            click.echo(found.host.command(found.place, request))
    click.echo(f"\n# To check the result:\n# {found.host.dump(found.place)} | {_command(found.asked, 'drift')}")
    return ACCEPTED


@host.command("drift", short_help="Compare a host's rules with the policy.")
@click.argument("host", type=click.Choice(list(HOSTS)))
@click.argument("dump_file", metavar="[DUMP]", default="-")
@_options
def drift(
    host: str,
    dump_file: str,
    by: tuple[str, ...],
    repository: str | None,
    policy_file: str | None,
    as_json: bool,
) -> int:
    """Show how a host's rules differ from what the policy implies.

    DUMP is the host's API output (default `-`: standard input);
    `tagwarden host plan` names the command that prints it. Exits with 1 if there
    is a difference.
    """
    found = _compare(HostOptions(host, by, policy_file, repository), dump_file)
    if as_json:
        click.echo(json.dumps(_document(found)))
        return REFUSED if found.steps else ACCEPTED
    echo_notes(found.loaded.notes)
    for step in found.steps:
        click.echo(escape(step.because))
    if not found.steps:
        click.echo(f"{found.place.path} on {found.place.host} has the rules that the policy implies ({found.source})")
        return ACCEPTED
    click.echo(f"fix: {found.host.dump(found.place)} | {_command(found.asked, 'plan')} --dump - | sh")
    return REFUSED


def _compare(asked: HostOptions, dump_file: str | None) -> Comparison:
    """What the policy implies and the host lacks. Raises UsageError, Refused or CannotJudge."""
    host = HOSTS[asked.name]
    try:
        creators = tuple(identity_of(host, text) for text in asked.by)
    except ValueError as problem:
        raise click.UsageError(f"--by: {problem}.") from None
    if host.needs_creators and not creators:
        raise click.UsageError(
            f"{host.title} protects creating, moving and deleting together: name with --by who may do it."
        )
    loaded = policy_in_file(asked.policy_file) if asked.policy_file else policy_in_force()
    wanted = wanted_by(loaded.policy, creators)
    place = _place(asked, host)
    dump = None if dump_file is None else read_dump(_read(dump_file))
    notes = [*loaded.notes, *wanted.notes, *host.notes(wanted)]
    return Comparison(asked, host, loaded, place, notes, list(host.steps(wanted, place.path, dump)))


def _place(asked: HostOptions, host: Host) -> Place:
    url = asked.repository
    if url is None:
        git = Git.here()
        name = remote_to_push_to(git)
        if not is_remote_anywhere(git, name):
            raise Refused("there is no remote here; name the repository on the host with --repository URL")
        url = push_url(git, name)
    try:
        return place_of(url, host.usual, in_groups=host.in_groups)
    except ValueError as problem:
        shown = escape(without_passwords(url))
        raise Refused(f"{shown} is not a repository on a host: {problem}; name it with --repository URL") from None


def _read(path: str) -> str:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CannotJudge(f"The dump {escape(path)} can't be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise CannotJudge(f"The dump {escape(path)} has more than {MOST_BYTES} bytes, too many for a list of rules.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotJudge(f"The dump {escape(path)} is not UTF-8: {error.reason}.") from None


def _command(asked: HostOptions, command: str) -> str:
    """The command line of `plan` or `drift` with the same options, to be pasted after a pipe."""
    given = [word for one in asked.by for word in ("--by", one)]
    given += ["--repository", without_passwords(asked.repository)] if asked.repository else []
    given += ["--policy", asked.policy_file] if asked.policy_file else []
    return shell_command("tagwarden", "host", command, asked.name, *given) or f"tagwarden host {command} {asked.name}"


def _document(found: Comparison) -> dict[str, Any]:
    def request_of(one: Request) -> dict[str, Any]:
        command = found.host.command(found.place, one)
        return {"method": one.method, "endpoint": one.endpoint, "payload": one.body, "command": command}

    return {
        "schema": 1,
        "host": found.asked.name,
        "policy": {"source": display(found.loaded.source.source), "id": found.loaded.source.id},
        "steps": [
            {"because": display(step.because), "requests": [request_of(one) for one in step.requests]}
            for step in found.steps
        ],
        "dump": found.host.dump(found.place),
        "notes": [display(note) for note in found.notes],
    }
