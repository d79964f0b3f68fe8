"""`tagwarden check`: judges tags as if they were pushed now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ...hooks.check import NotFound, check_event
from ...hooks.check import check as check_tags
from ...hooks.ci_event import Event, on_github, read_event
from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...report.documents.shapes import VERDICT
from ..at_time import moment_option
from ..completion import complete_tag
from ..errors import Refused
from ..judging import format_options, reports_option, show_verdict, write_reports
from ..options import policy_option
from ..policy_in_force import policy_in_file

if TYPE_CHECKING:
    from ...policy.verdict import Verdict
    from ...repository.trusted.policy_source import PolicySource

DOCUMENTS = (VERDICT.plus("check", "The verdict on the tags, as one push."),)


@click.command()
@click.argument("tags", metavar="[TAG]...", nargs=-1, shell_complete=complete_tag)
@click.option("--remote", metavar="NAME", help="The remote, or its URL.  [default: where `git push` goes]")
@policy_option
@click.option("--offline", is_flag=True, help="Judge by the tags of this clone only.")
@click.option(
    "--pusher", metavar="NAME", help="Judge as if NAME pushed, for a job that creates tags for somebody else."
)
@click.option(
    "--event", is_flag=True, help="In CI: judge the tag that started this job, or TAG as if it had started it."
)
@moment_option(
    "--since", "With --event: also judge all model tags of the remote that are dated since then.", day="first"
)
@click.option("--outputs", metavar="FILE", help="With --event: append what the tag did, and what to deploy, to FILE.")
@reports_option
@format_options
def check(
    tags: tuple[str, ...],
    remote: str | None,
    policy_file: str | None,
    offline: bool,
    pusher: str | None,
    event: bool,
    since: int | None,
    outputs: str | None,
    reports: tuple[tuple[str, str], ...],
    format: str | None,  # noqa: A002 -- the option's name
) -> int:
    """Judge TAGs of this clone as if they were pushed now, in one push.

    Without a TAG: every tag that the remote does not have, or every tag if there
    is no remote. Exits with 1 if the push would be refused.

    With --event, a tag is judged against what existed before it. --outputs writes
    NAME=VALUE lines for later steps and jobs: for GITHUB_OUTPUT in GitHub Actions,
    as a dotenv report elsewhere.
    """
    if event and (len(tags) > 1 or offline):
        raise click.UsageError("--event judges one tag by the remote: give at most one TAG, without --offline.")
    if event and pusher is not None:
        raise click.UsageError("--pusher can't be combined with --event, whose tag was already pushed.")
    if not event and (since is not None or outputs is not None):
        raise click.UsageError("--since and --outputs need --event.")
    source = policy_in_file(policy_file).source if policy_file else None
    try:
        if event:
            verdict = _on_event(_event(tags), remote, source, since, outputs)
            format = format or ("github" if on_github(os.environ) else "text")  # noqa: A001 -- the option's name
        else:
            verdict = check_tags(tags, remote=remote, offline=offline, source=source, pusher=pusher)
    except NotFound as error:
        raise Refused(str(error)) from error
    write_reports(verdict, reports)
    return show_verdict(verdict, format)


def _event(tags: tuple[str, ...]) -> Event:
    return Event(TAGS + tags[0].removeprefix(TAGS)) if tags else read_event(os.environ)


def _on_event(
    event: Event, remote: str | None, source: PolicySource | None, since: int | None, outputs: str | None
) -> Verdict:
    """The verdict on the tag of `event` and on those since; the outputs for later steps depend only on that tag."""
    verdict = check_event(event, remote=remote, source=source)
    if outputs is not None:
        from ...hooks.job_outputs import append_outputs, outputs_of

        values = outputs_of(event.ref, accepted=verdict.accepted, remote=remote)
        try:
            append_outputs(outputs, values, os.environ)
        except OSError as error:
            raise CannotJudge(f"The outputs can't be written to {outputs!r}: {error.strerror}.") from error
    if since is None:
        return verdict
    from ...hooks.check_since import check_since

    return check_since(verdict, since, excluding=event.ref.removeprefix(TAGS), remote=remote, source=source)
