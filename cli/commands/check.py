"""`tagwarden check`: tags, judged as if they were pushed now."""

from __future__ import annotations

import os

import click

from ...hooks.check import NotThere, check_event
from ...hooks.check import check as check_tags
from ...hooks.ci_event import on_github, read_event
from ...report.documents.shapes import VERDICT
from ..errors import Refused
from ..judging import format_options, show_verdict
from ..policy_in_force import policy_in_file

DOCUMENTS = (VERDICT.plus("check", "The verdict on the tags, as one push."),)


@click.command()
@click.argument("tags", metavar="[TAG]...", nargs=-1)
@click.option("--remote", metavar="NAME", help="The remote, or its URL.  [default: where `git push` goes]")
@click.option("--policy", "policy_file", metavar="FILE", help="Judge by this policy.  [default: the one in force]")
@click.option("--offline", is_flag=True, help="Judge by the tags of this clone, and ask no remote.")
@click.option("--event", is_flag=True, help="In GitHub Actions or GitLab CI: judge the tag that started this job.")
@format_options
def check(
    tags: tuple[str, ...],
    remote: str | None,
    policy_file: str | None,
    offline: bool,
    event: bool,
    format: str | None,  # noqa: A002 -- the option's name
) -> int:
    """Judge TAGs of this clone as if they were pushed now, in one push.

    Without a TAG: every tag that the remote does not have, or where there is
    no remote every tag. Exits with 1 if the push would be refused.
    """
    if event and (tags or offline):
        raise click.UsageError("--event judges the tag of the event by the remote: name no TAG, and not --offline.")
    source = policy_in_file(policy_file).source if policy_file else None
    try:
        if event:
            verdict = check_event(read_event(os.environ), remote=remote, source=source)
            format = format or ("github" if on_github(os.environ) else "text")  # noqa: A001 -- the option's name
        else:
            verdict = check_tags(tags, remote=remote, offline=offline, source=source)
    except NotThere as error:
        raise Refused(str(error)) from error
    return show_verdict(verdict, format)
