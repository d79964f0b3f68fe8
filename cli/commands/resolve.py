"""`tagwarden resolve`: prints one version, commit or tag, for scripts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from ...hooks.ci_event import read_event
from ...policy.grammar.names import TAGS, gto_spelling
from ...policy.grammar.query import Query, model_in_tags, parse_query
from ...policy.registry.deployment import deployment_of
from ...policy.registry.resolution import Unresolved, resolve_all
from ...policy.registry.resolution import resolve as resolve_query
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.escape import escape
from ...report.table import utc_text
from ...repository.git.command import Git
from ...repository.git.objects import are_ids
from ...repository.open_repository import open_remote, open_repository
from ...repository.registry import models_of, read_model
from ...repository.remote.names import is_remote, remote_to_push_to
from ..at_time import as_of, at_option
from ..completion import complete_query
from ..errors import Refused
from ..options import deprecated_too_option, json_option, offline_option, repo_option
from ..reading import no_such_model, report_remote_differences

if TYPE_CHECKING:
    from ...policy.registry.resolution import Resolution
    from ...repository.git.program import GitProgram

ANSWER = (
    "kind", "model", or_null("version"), or_null("stage"), "commit", "tag", "time", "current",
)  # fmt: skip
DOCUMENTS = (
    shape("resolve", "The one answer to a query.", "schema", *ANSWER, *AS_OF, "notes"),
    shape(
        "resolve --all", "All versions that a stage holds, the one that counts first.",
        "schema", "model", "stage", holding("answers", shape("holder", "One of them.", *ANSWER)), *AS_OF, "notes",
    ),
    shape(
        "resolve --event", "What the tag of a CI job did, and what its stage holds now.",
        "schema", *ANSWER, or_null("holds"), *AS_OF,
    ),
)  # fmt: skip


@click.command()
@click.argument(
    "query",
    required=False,
    metavar="[QUERY]",
    shell_complete=complete_query,
)
@repo_option
@click.option("--on", "revision", metavar="REV", help="The version on this commit; QUERY is then just a MODEL.")
@click.option("--all", "every", is_flag=True, help="With MODEL#STAGE: all versions in it, the current one first.")
@click.option("--commit", "answer", flag_value="commit", help="Print the commit's id instead of the version.")
@click.option("--tag", "answer", flag_value="tag", help="Print the deciding tag instead of the version.")
@deprecated_too_option
@click.option(
    "--event",
    is_flag=True,
    help="In CI: what to deploy now for the tag that started this job, or for TAG, according to the remote.",
)
@at_option
@offline_option
@json_option
def resolve(
    query: str | None,
    repo: str | None,
    revision: str | None,
    every: bool,
    answer: str | None,
    deprecated: bool,
    event: bool,
    at: int | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Print one version: the latest, the one in a stage, or the one that a tag is about.

    QUERY is one of MODEL@latest, MODEL@stable, MODEL@1.x, MODEL@VERSION,
    MODEL#STAGE or TAG.

    @stable is the greatest version that is not a pre-release; @1.x and @1.2.x are
    the greatest of that line, including pre-releases, as for @latest. A TAG may be
    written as a ref (refs/tags/churn#prod#3) and then means what that tag did.
    Exits with 1 and prints nothing on stdout if nothing is found, or if the tag
    had no effect. --json gives kind, model, version, stage, commit and tag.

    With --event, a tag about a stage resolves to what that stage holds now, and
    a registration to its version while that is active, so that nothing that was
    withdrawn is ever deployed. Exits with 1 if there is nothing to deploy. --json
    says what the tag did, and in `holds` what its stage holds now.

    \b
    To stop a script if nothing is found:
      commit=$(tagwarden resolve 'churn#prod' --commit) && git checkout "$commit"
    """
    if event:
        if every or revision is not None:
            raise click.UsageError("--event can't be combined with --all or --on")
        _for_event(query or read_event(os.environ).ref, repo, at, answer, as_json)
        return
    if query is None:
        raise click.UsageError("give a query: MODEL@latest, MODEL#STAGE, MODEL@VERSION or a tag")
    try:
        asked = Query("commit", model_in_tags(query)) if revision is not None else parse_query(query)
        if every and asked.about != "stage":
            raise click.UsageError("--all needs a query of the form MODEL#STAGE")
        notes = report_remote_differences(repo, [asked.model], offline=offline)
        with open_repository(repo, [asked.model]) as reader:
            if revision is not None:
                asked = asked._replace(commit=_commit(reader, revision))
            snapshot = as_of(reader, at, [asked.model])
            known = read_model(snapshot.reader, asked.model)
            snapshot.refuse_gaps()
            if not known.tags and asked.tag is None:
                raise no_such_model(asked.model, models_of(snapshot.reader))
        found = (
            resolve_all(asked, known, deprecated=deprecated)
            if every
            else [resolve_query(asked, known, deprecated=deprecated)]
        )
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    notes += snapshot.report_gaps()
    if asked.tag is not None and (note := _note_on_outcome(found[0])):
        notes.append(note)
        click.echo(f"note: {note}", err=True)
    if not as_json:
        click.echo("\n".join([_line(one, answer) for one in found]))
        return
    answers = [_answer(one) for one in found]
    about = {"model": gto_spelling(asked.model), "stage": asked.stage, "answers": answers} if every else answers[0]
    click.echo(json.dumps({"schema": 1, **about, **snapshot.keys, "notes": notes}))


def _commit(reader: GitProgram, revision: str) -> str:
    """The id of a commit. If only tags were fetched, a commit that is not here may be named by its full id."""
    found = reader.resolve(f"{revision}^{{commit}}")
    if found is not None:
        return found
    if are_ids([revision]):
        return revision
    raise Refused(
        f"there is no commit {revision!r} here; from a URL only the tags are fetched, so give the commit's full id"
    )


def _for_event(tag: str, repo: str | None, at: int | None, answer: str | None, as_json: bool) -> None:
    try:
        asked = parse_query(tag if tag.startswith("refs/") else TAGS + tag)
        # The checkout of a CI job lacks most tags; the remote has them.
        remote = _remote_here() if repo is None else None
        opened = open_repository(repo, [asked.model]) if remote is None else open_remote(remote, [asked.model])
        with opened as reader:
            snapshot = as_of(reader, at, [asked.model])
            known = read_model(snapshot.reader, asked.model)
            snapshot.refuse_gaps()
        found = deployment_of(asked.tag or "", known)
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    event, deploy = found.event, found.deploy
    if as_json:
        holds = deploy.version if deploy is not None and event.stage is not None else None
        click.echo(json.dumps({"schema": 1, **_answer(event), "holds": str(holds) if holds else None, **snapshot.keys}))
    elif deploy is None:
        raise Refused(f"there is nothing to deploy for {event.tag!r}: {_why_nothing_to_deploy(event)}")
    else:
        click.echo(_line(deploy, answer))


def _note_on_outcome(found: Resolution) -> str | None:
    """A note if the tag's version is not the one to deploy, else None."""
    taken = {"unassign": f"takes {found.version} out of {found.stage!r}", "deregister": f"withdraws {found.version}"}
    what = taken.get(found.kind) or (None if found.current else "no longer holds")
    return what and f"{escape(found.tag)} {what}; what is to be deployed is told by `tagwarden resolve --event`"


def _remote_here() -> str | None:
    git = Git.here()
    name = remote_to_push_to(git)
    return name if is_remote(git, name) else None


def _why_nothing_to_deploy(event: Resolution) -> str:
    model = gto_spelling(event.model)
    if event.stage is not None:
        return f"the stage {event.stage!r} of {model!r} holds nothing now"
    if event.kind == "deprecate":
        return f"it deprecates the model {model!r}"
    return f"{event.version} of {model!r} is not registered any more"


def _line(found: Resolution, answer: str | None) -> str:
    if answer == "commit":
        return found.commit
    if answer == "tag":
        return found.tag
    if found.version is None and found.kind == "deprecate":
        raise Refused(f"{found.tag!r} deprecates the model and names no version")
    if found.version is None:
        raise Refused(f"{found.tag!r} is about commit {found.commit}, which has no version; --commit prints it")
    return str(found.version)


def _answer(found: Resolution) -> dict[str, object]:
    return {
        "kind": found.kind,
        "model": gto_spelling(found.model),
        "version": str(found.version) if found.version else None,
        "stage": found.stage,
        "commit": found.commit,
        "tag": found.tag,
        "time": utc_text(found.time),
        "current": found.current,
    }
