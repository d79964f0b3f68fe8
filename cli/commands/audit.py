"""`tagwarden audit`: every tag that there is, judged."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from ...policy.errors import CannotJudge
from ...policy.rules import RULES
from ...report.documents.shapes import VERDICT
from ...report.exit_status import ACCEPTED, REFUSED
from ...report.json import document, dump
from ...repository.judging.audit import audit as audit_tags
from ...repository.open_repository import open_repository
from ..judging import format_options, show_verdict
from ..policy_in_force import policy_in_file, policy_in_force
from ..progress import Progress

if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ...policy.verdict import Verdict
    from ...repository.git.command import Git

DOCUMENTS = (VERDICT.plus("audit", "The verdict on all tags, and how often each rule is broken.", "counts"),)


@click.command()
@click.argument("repo", required=False)
@click.option("--policy", "policy_file", metavar="FILE", help="Judge by this policy.  [default: the one in force]")
@format_options
def audit(repo: str | None, policy_file: str | None, format: str | None) -> int:  # noqa: A002 -- the option's name
    """Judge every tag of the repository REPO (the one here), one by one in the order of their times.

    Works on bare repositories, which are judged by the policy that their
    server goes by. Which tags were pushed together is not known any more, so
    that version-order is a warning at most. Where there is a push log, tags
    that it does not explain, and pushes that landed in part and break a rule,
    are named too. Ends with the counts by rule; exits with 1 if there is an
    error, whatever the policy's mode: an audit refuses nothing.
    """
    with open_repository(repo) as reader, Progress("judged {} of {} tags") as progress:
        loaded = policy_in_file(policy_file) if policy_file else policy_in_force(git=reader.git)
        verdict = audit_tags(reader.git, loaded, progress=progress)
        verdict = verdict._replace(notes=(*verdict.notes, *_beside_the_tags(reader.git, loaded.policy)))
    if format == "json":
        click.echo(dump({**document(verdict), "counts": _counts(verdict)}))
        return ACCEPTED if verdict.accepted else REFUSED
    status = show_verdict(verdict, format)
    for rule, count in _counts(verdict).items():
        click.echo(f"{count:>6}  {rule}")
    return status


def _beside_the_tags(git: Git, policy: Policy) -> list[str]:
    """What a server's push log says of the tags, as notes; nothing where there is none."""
    from ...server_hooks.log.line import LOG

    if not os.path.exists(os.path.join(git.folder(), LOG)):
        return []
    from ...report.account import about_differences, about_landing
    from ...server_hooks.log.account import account_of

    try:
        account = account_of(git.folder(), ignored=policy.ignores)
    except (CannotJudge, OSError) as problem:
        return [f"the push log can't be held against the tags: {problem}"]
    if account is None:
        return []
    return [*map(about_landing, account.landings), *about_differences(account.differences), *account.notes]


def _counts(verdict: Verdict) -> dict[str, Any]:
    counted = Counter(finding.rule for finding in verdict.findings)
    return {rule: counted[rule] for rule in RULES if counted[rule]}
