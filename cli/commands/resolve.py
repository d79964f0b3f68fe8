"""`tagwarden resolve`: one answer for scripts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from ...hooks.ci_event import read_event
from ...policy.grammar.names import TAGS, gto_spelling
from ...policy.grammar.query import parse_query
from ...policy.registry.deployment import deployment_of
from ...policy.registry.resolution import Unresolved
from ...policy.registry.resolution import resolve as resolve_query
from ...report.documents.shape import or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.table import utc_text
from ...repository.git.command import Git
from ...repository.open_repository import open_remote, open_repository
from ...repository.registry import read_tags
from ...repository.remote.names import is_remote, remote_to_push_to
from ..at_time import as_of, at_option
from ..completion import complete_query
from ..errors import Refused
from ..reading import json_option, offline_option, repo_option, say_what_is_not_here

if TYPE_CHECKING:
    from ...policy.registry.resolution import Resolution

DOCUMENTS = (
    shape(
        "resolve", "The one answer to a query.",
        "schema", "kind", "model", or_null("version"), or_null("stage"), "commit", "tag", "time", "current",
        *AS_OF, "notes",
    ),
    shape(
        "resolve --event", "What the tag of a CI job did, and what its stage holds now.",
        "schema", "kind", "model", or_null("version"), or_null("stage"), "commit", "tag", "time", "current",
        or_null("holds"), *AS_OF,
    ),
)  # fmt: skip


@click.command()
@click.argument(
    "query", required=False, metavar="MODEL@latest|MODEL#STAGE|MODEL@VERSION|TAG", shell_complete=complete_query
)
@repo_option
@click.option("--commit", "answer", flag_value="commit", help="Print the commit's id instead of the version.")
@click.option("--tag", "answer", flag_value="tag", help="Print the tag that decides it instead of the version.")
@click.option("-d", "--deprecated", is_flag=True, help="Answer for a deprecated model, too.")
@click.option(
    "--event",
    is_flag=True,
    help="In CI: what is to be deployed now for the tag that started this job, or for TAG, by what the remote has.",
)
@at_option
@offline_option
@json_option
def resolve(
    query: str | None,
    repo: str | None,
    answer: str | None,
    deprecated: bool,
    event: bool,
    at: int | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Print the one version that is asked for: the latest, the one in a stage, or the one that a tag is about.

    A TAG may be written as a ref (refs/tags/churn#prod#3): it is then about
    what that tag did. Exits with 1 and prints nothing on stdout if nothing is
    found, or if the tag changed nothing. --json says kind, model, version,
    stage, commit and tag.

    With --event, a tag about a stage gives what that stage holds now, and a
    registration its version while that is active: nothing that was taken out
    is ever deployed. Exits with 1 if nothing is to be deployed. --json says
    what the tag did, and in `holds` what its stage holds now.

    \b
    Stop a script where nothing is found:
      commit=$(tagwarden resolve 'churn#prod' --commit) && git checkout "$commit"
    """
    if event:
        _for_event(query or read_event(os.environ).ref, repo, at, answer, as_json)
        return
    if query is None:
        raise click.UsageError("name what is asked for: MODEL@latest, MODEL#STAGE, MODEL@VERSION or a tag")
    try:
        asked = parse_query(query)
        notes = say_what_is_not_here(repo, [asked.model], offline=offline)
        with open_repository(repo, [asked.model]) as reader:
            then = as_of(reader, at, [asked.model])
            tags = list(read_tags(then.reader, [asked.model]))
            then.refuse_gaps()
            found = resolve_query(asked, tags, deprecated=deprecated)
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    if as_json:
        click.echo(json.dumps({**_document(found), **then.keys, "notes": [*notes, *then.tell()]}))
    else:
        then.tell()
        click.echo(_line(found, answer))


def _for_event(tag: str, repo: str | None, at: int | None, answer: str | None, as_json: bool) -> None:
    try:
        asked = parse_query(tag if tag.startswith("refs/") else TAGS + tag)
        # A job's checkout lacks most tags; the remote has them.
        remote = _remote_here() if repo is None else None
        opened = open_repository(repo, [asked.model]) if remote is None else open_remote(remote, [asked.model])
        with opened as reader:
            then = as_of(reader, at, [asked.model])
            tags = list(read_tags(then.reader, [asked.model]))
            then.refuse_gaps()
        found = deployment_of(asked.tag or "", tags)
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    event, deploy = found.event, found.deploy
    if as_json:
        holds = deploy.version if deploy is not None and event.stage is not None else None
        click.echo(json.dumps({**_document(event), "holds": str(holds) if holds else None, **then.keys}))
    elif deploy is None:
        raise Refused(f"nothing is to be deployed for {event.tag!r}: {_why_nothing(event)}")
    else:
        click.echo(_line(deploy, answer))


def _remote_here() -> str | None:
    git = Git.here()
    name = remote_to_push_to(git)
    return name if is_remote(git, name) else None


def _why_nothing(event: Resolution) -> str:
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
        raise Refused(f"{found.tag!r} deprecates the model and is about no version")
    if found.version is None:
        raise Refused(f"{found.tag!r} is about commit {found.commit}, which holds no version; --commit prints it")
    return str(found.version)


def _document(found: Resolution) -> dict[str, object]:
    return {
        "schema": 1,
        "kind": found.kind,
        "model": gto_spelling(found.model),
        "version": str(found.version) if found.version else None,
        "stage": found.stage,
        "commit": found.commit,
        "tag": found.tag,
        "time": utc_text(found.time),
        "current": found.current,
    }
