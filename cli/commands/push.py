"""`tagwarden push`: pushes model tags in an order that the server accepts, and in portions that CI notices."""

from __future__ import annotations

import json

import click

from ...hooks.check import NotFound
from ...hooks.pushing import push_tags, tags_to_push
from ...policy.rules.push_size import MOST_TAGS
from ...policy.wording import counted
from ...report.documents.shape import holding, shape
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED, CANNOT_JUDGE, REFUSED
from ...repository.git.command import Git
from ...repository.remote.names import remote_to_push_to
from ..completion import complete_tag
from ..errors import Refused
from ..options import json_option
from ..policy_in_force import policy_in_force

DOCUMENTS = (
    shape(
        "push", "What was pushed, or would be, and what is left.",
        "schema", "remote", "portions", holding("left", shape("left", "A tag that was not pushed.", "tag", "because")),
    ),
)  # fmt: skip


@click.command()
@click.argument("remote", required=False)
@click.argument("tags", metavar="[TAG]...", nargs=-1, shell_complete=complete_tag)
@click.option(
    "--portion",
    type=click.IntRange(min=1),
    default=MOST_TAGS,
    show_default=True,
    metavar="N",
    help="The most tags in one push.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be pushed, and push nothing.")
@json_option
def push(remote: str | None, tags: tuple[str, ...], portion: int, dry_run: bool, as_json: bool) -> int:
    """Push model TAGs to REMOTE (default: where `git push` goes); without a TAG, all that it lacks.

    The tags are pushed in an order in which the server accepts each one, and three
    at a time, because GitHub starts no workflow for a larger push. Each
    portion is first judged by what the remote then has. If somebody else
    pushes in between, the rest continues. Prints the pushed tags, and on stderr
    the others with the reason; exits with 1 if there are any. Run the same command
    again to continue, and `tagwarden check` for how to fix them.
    """
    git = Git.here()
    place = remote if remote is not None else remote_to_push_to(git)
    loaded = policy_in_force(remote=place, git=git)
    try:
        ids = tags_to_push(git, place, tags, loaded.policy.ignores)
        done = push_tags(git, place, ids, size=portion, dry_run=dry_run, report=_report)
    except NotFound as problem:
        raise Refused(str(problem)) from problem
    if as_json:
        left = [{"tag": display(one.tag), "because": display(one.reason)} for one in done.unpushed]
        portions = [[display(tag) for tag in tags] for tags in done.portions]
        click.echo(json.dumps({"schema": 1, "remote": display(place), "portions": portions, "left": left}))
    else:
        for pushed in done.portions:
            click.echo(" ".join(pushed))
    for one in done.unpushed:
        click.echo(f"not pushed: {escape(one.tag)}: {escape(one.reason)}", err=True)
    if done.error is not None:
        rest = counted(len(done.unpushed), "tag")
        again = "run the same command again to continue"
        click.echo(f"{rest} not pushed; {again}. {escape(done.error)}", err=True)
        return CANNOT_JUDGE
    if not done.portions and not done.unpushed:
        click.echo(f"{escape(place)} has all tags; there is nothing to push", err=True)
    return REFUSED if done.unpushed else ACCEPTED


def _report(line: str) -> None:
    click.echo(line, err=True)
