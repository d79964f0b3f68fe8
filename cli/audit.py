"""`tagwarden audit`: every tag that there is, judged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from ..policy.rules import RULES
from ..report.json import document, dump
from ..repository.auditing import audit as audit_tags
from ..repository.elsewhere import opened
from .effective_policy import policy_here
from .errors import ACCEPTED, REFUSED
from .judging import format_options, show_verdict
from .policy_in_force import load
from .progress import Progress

if TYPE_CHECKING:
    from ..policy.verdict import Verdict


@click.command()
@click.argument("repo", required=False)
@click.option("--policy", "policy_file", metavar="FILE", help="Judge by this policy.  [default: the one in force]")
@format_options
def audit(repo: str | None, policy_file: str | None, format: str | None) -> int:  # noqa: A002 -- the option's name
    """Judge every tag of the repository REPO (the one here), one by one in the order of their times.

    Works on bare repositories, which are judged by the policy that their
    server goes by. Which tags were pushed together is not known any more, so
    that version-order is a warning at most. Ends with the counts by rule;
    exits with 1 if there is an error.
    """
    with opened(repo) as reader, Progress("judged {} of {} tags") as progress:
        here = load(policy_file, site=False, remote=None) if policy_file else policy_here(git=reader.git)
        verdict = audit_tags(
            reader.git, here.policy, here.source, declared_stages=here.declared_stages, progress=progress
        )
    if format == "json":
        click.echo(dump({**document(verdict), "counts": _counts(verdict)}))
        return ACCEPTED if verdict.accepted else REFUSED
    status = show_verdict(verdict, format)
    for rule, count in _counts(verdict).items():
        click.echo(f"{count:>6}  {rule}")
    return status


def _counts(verdict: Verdict) -> dict[str, Any]:
    counted = Counter(finding.rule for finding in verdict.findings)
    return {rule: counted[rule] for rule in RULES if counted[rule]}
