"""`tagwarden history`: shows what happened to the models, event by event."""

from __future__ import annotations

import json
import sys
from functools import cache, partial
from operator import itemgetter
from sys import intern
from typing import TYPE_CHECKING, Any

import click

from ...policy.grammar.names import gto_spelling
from ...policy.registry.journal import EVENT_WORDS, journal_of, place_in_journal
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.escape import display
from ...report.table import table_lines, utc_text
from ...repository.open_repository import open_repository
from ...repository.registry import models_of, tags_by_model
from ..at_time import as_of, at_option, moment_option
from ..lines import echo_lines
from ..options import json_option, offline_option, optional_model, repo_option
from ..reading import model_of, no_such_model, report_remote_differences
from ..versions.approval_view import APPROVALS, approvals_document, approvers_text, read_approvals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...policy.approvals.quorum import Endorsement
    from ...policy.grammar.versions import Version
    from ...policy.registry.journal import JournalEntry
    from ...repository.git.reader import TagReader

    Row = tuple[str | None, ...]
    Approved = Mapping[str, Sequence[Endorsement]]

HEADER = ("TIME", "MODEL", "EVENT", "VERSION", "NUMBER", "STAGE", "COMMIT", "TAG", "BY", "MESSAGE")
APPROVED_BY = ("APPROVED BY",)

EVENT = shape(
    "event", "What one tag did.",
    "time", "model", "kind", or_null("version"), or_null("number"), or_null("stage"), "commit", "tag",
    "tagger", "email", "message", "trailers", APPROVALS,
)  # fmt: skip
DOCUMENTS = (shape("history", "What happened to the models.", "schema", *AS_OF, "notes", holding("events", EVENT)),)


@click.command()
@optional_model
@repo_option
@at_option
@moment_option("--since", "Only events since then; a date alone means its beginning.", day="first")
@moment_option("--until", "Only events until then; a date alone means its end.", day="last")
@offline_option
@click.option("--asc", "--ascending", "ascending", is_flag=True, help="The oldest first.")
@json_option
def history(
    model: str | None,
    repo: str | None,
    at: int | None,
    since: int | None,
    until: int | None,
    offline: bool,
    ascending: bool,
    as_json: bool,
) -> None:
    """Show the events of MODEL, or of all models, the newest first.

    NUMBER counts the versions of the model, including those that are gone.
    Only the first line of each message is shown; --json has the whole message
    and its trailers. For approved tags it shows who approved, as
    recorded by the server; with -r, approvals are read from there. Exits
    with 1 if there is no such MODEL.

    --since and --until select by TIME, the dates of the tags. --at shows the
    state at that time: by the server's push log if it is available, else by
    the dates of the tags.
    """
    models = None if model is None else [model_of(model)]
    notes = report_remote_differences(repo, models, offline=offline)
    with open_repository(repo, models, approvals=True) as reader:
        snapshot = as_of(reader, at, models)
        approved, gaps = read_approvals(reader)
        asked = range(since or 0, sys.maxsize if until is None else until + 1)
        happened, events = _events(snapshot.reader, models, asked, partial(_document if as_json else _row, approved))
        notes += [*snapshot.report_gaps(), *gaps]
        if models and not happened:
            raise no_such_model(models[0], models_of(snapshot.reader))
    if not ascending:
        events.reverse()
    if as_json:
        click.echo(json.dumps({"schema": 1, **snapshot.keys, "notes": notes, "events": events}))
    elif events:
        echo_lines(table_lines((*HEADER, *(APPROVED_BY if approved else ())), events))
    else:
        click.echo("there is no such event" if happened else "there is no model here", err=True)


def _events(
    reader: TagReader, models: Sequence[str] | None, asked: range, shown: Callable[[JournalEntry], Any]
) -> tuple[bool, list[Any]]:
    """Whether there are any events, and those within the `asked` seconds as `shown` renders them, oldest first."""
    happened = False
    found: list[tuple[tuple[int, int, str], Any]] = []
    # Keep only what is shown: a million events with their tags would take gigabytes.
    for _, tags in tags_by_model(reader, models):
        for entry in journal_of(tags):
            happened = True
            place = place_in_journal(entry)
            if place[0] in asked:
                found.append((place, shown(entry)))
    found.sort(key=itemgetter(0))
    return happened, [event for _, event in found]


def _row(approved: Approved, entry: JournalEntry) -> Row:
    (tag, name, commit, time), version, number, tagger, message = entry
    # Interning equal texts makes a table of a million events a third smaller, and halves the time to make it.
    return (
        utc_text(time),
        intern(gto_spelling(name.model)),
        EVENT_WORDS[name.kind],
        _text(version),
        _text(number),
        intern(name.stage) if name.stage else "-",
        intern(commit[:7]),
        tag,
        intern(tagger.name),
        message.partition("\n")[0],
        *((approvers_text(approved.get(tag, ())),) if approved else ()),
    )


@cache
def _text(value: Version | int | None) -> str | None:
    return str(value) if value else None


def _document(approved: Approved, entry: JournalEntry) -> dict[str, object]:
    event = entry.event
    return {
        "time": utc_text(event.time),
        "model": gto_spelling(event.name.model),
        "kind": event.name.kind,
        "version": str(entry.version) if entry.version else None,
        "number": entry.number,
        "stage": event.name.stage,
        "commit": event.commit,
        "tag": event.tag,
        "tagger": display(entry.tagger.name),
        "email": display(entry.tagger.email),
        "message": display(entry.message),
        "trailers": [[key, display(value)] for key, value in entry.trailers],
        **approvals_document(approved.get(event.tag, ())),
    }
