"""Tries a policy beside the one in force."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from ..report.documents.shape import holding, or_null, shape
from ..report.documents.shapes import FINDING, SOURCE
from ..report.escape import display, escape
from ..report.exit_status import ACCEPTED, REFUSED
from ..report.json import finding_document
from ..report.trial import lines_about_pushes, lines_about_tags
from ..repository.git.command import Git
from ..repository.git.program import GitProgram
from .errors import explaining_unreadable_log
from .policy_in_force import policies_in_force, policy_in_file

if TYPE_CHECKING:
    from ..repository.judging.trial import Policies, TagTrial
    from ..repository.trusted.loaded_policy import LoadedPolicy
    from ..server_hooks.log.trial import PushTrial, TriedPush

TRIED_PUSH = shape(
    "tried push", "A push of the push log, and why one of two policies refuses it.",
    "line", "time", or_null("name"), holding("findings", FINDING),
)  # fmt: skip
TRIAL = shape(
    "policy try", "What a policy would change.",
    "schema", holding("policy", SOURCE), "judged", holding("newly_wrong", FINDING), holding("no_longer_wrong", FINDING),
    "pushed_before", holding("newly_refused", TRIED_PUSH), holding("no_longer_refused", TRIED_PUSH), "not_judged",
    "notes",
)  # fmt: skip


def print_trial(file: str, *, as_site: bool, as_json: bool) -> int:
    """Try the policy in `file` here, in place of the repository's or the site's, and print what it would change.

    Returns the exit status, which is 1 if it refuses something that the policies in force accept.
    """
    from ..repository.judging.trial import Policies, try_on_tags

    git = Git.here()
    with closing(GitProgram(git)) as reader:
        in_force = Policies(*policies_in_force(reader))
    read = policy_in_file(file, site=as_site)._replace(declared_stages=in_force.own.declared_stages)
    tried = in_force._replace(site=read) if as_site else in_force._replace(own=read)
    tags = try_on_tags(git, in_force, tried)
    pushes = _pushes(git, in_force, tried)
    if as_json:
        click.echo(json.dumps(_document(read, tags, pushes)))
    else:
        beside = " and ".join(escape(one.source.source) for one in in_force.all)
        click.echo(f"{escape(read.source.source)}, beside what is in force: {beside}")
        click.echo("\n".join(lines_about_tags(tags.judged, *tags.difference)))
        if pushes is not None:
            click.echo("\n".join(lines_about_pushes(*pushes)))
        for note in tags.notes:
            click.echo(f"note: {escape(note)}")
    return REFUSED if tags.difference.newly or (pushes is not None and pushes.newly) else ACCEPTED


def _pushes(git: Git, in_force: Policies, tried: Policies) -> PushTrial | None:
    """The trial on the pushes in the push log, None if there is no log."""
    from ..server_hooks.log.files import has_log

    common_dir = git.common_folder()
    if not has_log(common_dir):
        return None
    from ..server_hooks.log.trial import try_on_pushes

    with explaining_unreadable_log():
        return try_on_pushes(git, common_dir, in_force, tried)


def _document(tried: LoadedPolicy, tags: TagTrial, pushes: PushTrial | None) -> dict[str, Any]:
    return {
        "schema": 1,
        "policy": {"source": display(tried.source.source), "id": tried.source.id},
        "judged": tags.judged,
        "newly_wrong": [finding_document(one) for one in tags.difference.newly],
        "no_longer_wrong": [finding_document(one) for one in tags.difference.no_longer],
        "pushed_before": pushes.judged if pushes else 0,
        "newly_refused": [_push(one) for one in pushes.newly] if pushes else [],
        "no_longer_refused": [_push(one) for one in pushes.no_longer] if pushes else [],
        "not_judged": pushes.undetermined if pushes else 0,
        "notes": [display(note) for note in tags.notes],
    }


def _push(push: TriedPush) -> dict[str, Any]:
    return {
        "line": push.line,
        "time": push.time,
        "name": display(push.pusher) if push.pusher is not None else None,
        "findings": [finding_document(one) for one in push.findings],
    }
