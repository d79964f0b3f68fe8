"""`tagwarden show MODEL@VERSION`: shows one version and what it contains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...contents.rows import contents_rows
from ...policy.grammar.names import gto_spelling
from ...policy.grammar.query import parse_query
from ...policy.objects.trailers import parse_trailers
from ...policy.record import Record
from ...policy.registry.overview import stage_holders, version_lines
from ...policy.registry.resolution import Unresolved, resolve
from ...report.documents.shape import holding, shape
from ...report.documents.shapes import AS_OF
from ...report.escape import display, escape
from ...report.table import table, utc_text
from ...repository.open_repository import is_url, open_repository
from ...repository.registry import read_model
from ..at_time import as_of
from ..errors import Refused
from ..lines import echo_notes
from .approval_view import APPROVALS, approvals_document, approvers_text, read_approvals
from .holdings import CONTENTS, Holdings, contents_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ...contents.record import Contents
    from ...policy.approvals.quorum import Endorsement
    from ...policy.grammar.query import Query
    from ...policy.push import Tag
    from ...policy.registry.overview import StageHolder, VersionLine
    from ...policy.registry.resolution import ModelTags

VERSION = shape(
    "version", "One version of a model.",
    "number", "version", "in_stages", "registered", "commit", "tag", "active",
)  # fmt: skip
ASSIGNED = shape("assignment", "By what a stage holds the version.", "stage", "tag", APPROVALS)
DOCUMENT = shape(
    "show MODEL@VERSION", "One version, and what it holds.",
    "schema", *AS_OF, "notes", "model", *VERSION.fields, "tagger", "email", "message", "trailers", *CONTENTS, APPROVALS,
    holding("assigned", ASSIGNED),
)  # fmt: skip


class RegisteredVersion(Record):
    """A version, the tag that registers it, and its contents."""

    model: str
    line: VersionLine
    tag: Tag
    contents: Contents


def version_for(asked: Query, known: ModelTags, holdings: Holdings, *, deprecated: bool) -> RegisteredVersion:
    """The version of the model that a query asks for. Raises Refused or Unresolved if there is none."""
    answer = resolve(asked, known, deprecated=deprecated)
    lines = version_lines(known.history())
    line = next((one for one in lines if (one.version, one.commit) == (answer.version, answer.commit)), None)
    if line is None:
        raise Refused(f"{answer.tag!r} is about commit {answer.commit}, which has no version")
    tag = next(tag for _, tag in known.tags if tag.name == line.tag)
    return RegisteredVersion(asked.model, line, tag, holdings.of(asked.model, line.commit, tag))


def show_version(
    query: str, repo: str | None, at: int | None, *, deprecated: bool, as_json: bool, notes: list[str]
) -> None:
    """Print the version that a query asks for. Raises Refused if there is none."""
    try:
        asked = parse_query(query)
        with open_repository(repo, [asked.model], approvals=True) as reader:
            snapshot = as_of(reader, at, [asked.model])
            known = read_model(snapshot.reader, asked.model)
            snapshot.refuse_gaps()
            holdings = Holdings(None if repo and is_url(repo) else reader)
            one = version_for(asked, known, holdings, deprecated=deprecated)
            approvals, gaps = read_approvals(reader)
            holders = stage_holders(known.history())
            assigned = [holders[stage] for stage in one.line.stages]
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    notes = [*notes, *snapshot.report_gaps(), *gaps, *(display(note) for note in one.contents.notes)]
    if as_json:
        document = {"schema": 1, **snapshot.keys, "notes": notes, **_document(one)}
        document |= approvals_document(approvals.get(one.line.tag, ()))
        document["assigned"] = [
            {"stage": by.stage, "tag": by.tag, **approvals_document(approvals.get(by.tag, ()))} for by in assigned
        ]
        click.echo(json.dumps(document))
        return
    _print(one, _approved_lines(one, assigned, approvals))
    echo_notes(one.contents.notes)


def _approved_lines(
    one: RegisteredVersion, assigned: Sequence[StageHolder], approvals: Mapping[str, Sequence[Endorsement]]
) -> Iterator[str]:
    """Who approved the registration and the assignments of the version; empty if nobody did."""
    if approvers := approvers_text(approvals.get(one.line.tag, ())):
        yield f"approved by {approvers}"
    for by in assigned:
        if approvers := approvers_text(approvals.get(by.tag, ())):
            yield f"in {by.stage} by {by.tag}, approved by {approvers}"


def _print(one: RegisteredVersion, approved: Iterable[str]) -> None:
    model, line, tag, contents = one
    assert tag.object is not None
    assert tag.object.tagger is not None
    state = "active" if line.active else "deregistered"
    in_stages = f", in {', '.join(line.stages)}" if line.stages else ""
    tagger = tag.object.tagger
    click.echo(f"{escape(gto_spelling(model))} {line.version}: {state}{in_stages}")
    click.echo(f"registered {utc_text(line.time)} by {escape(tagger.name)} <{escape(tagger.email)}> ({line.tag})")
    for sentence in approved:
        click.echo(escape(sentence))
    click.echo(f"commit {line.commit}")
    if rows := contents_rows(contents, parse_trailers(tag.object.message)):
        click.echo()
        click.echo(table(["WHAT", "NAME", "VALUE", "SOURCE"], rows))


def _document(one: RegisteredVersion) -> dict[str, object]:
    model, line, tag, contents = one
    assert tag.object is not None
    assert tag.object.tagger is not None
    return {
        "model": gto_spelling(model),
        **version_document(line),
        "tagger": display(tag.object.tagger.name),
        "email": display(tag.object.tagger.email),
        "message": display(tag.object.message.strip()),
        "trailers": [[key, display(value)] for key, value in parse_trailers(tag.object.message)],
        **contents_document(contents),
    }


def version_document(line: VersionLine) -> dict[str, object]:
    """The version as JSON, of the shape VERSION."""
    return {
        "number": line.number,
        "version": str(line.version),
        "in_stages": list(line.stages),
        "registered": utc_text(line.time),
        "commit": line.commit,
        "tag": line.tag,
        "active": line.active,
    }
