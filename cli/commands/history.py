"""`tagwarden history`: what happened to the models, event by event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...policy.grammar.names import gto_spelling
from ...policy.registry.journal import EVENT_WORDS, in_time_order, journal_of
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.escape import display
from ...report.table import table, utc_text
from ...repository.open_repository import open_repository
from ...repository.registry import models_of, tags_by_model
from ..at_time import as_of, at_option, moment_option
from ..reading import (
    json_option,
    model_of,
    no_such_model,
    offline_option,
    optional_model,
    repo_option,
    say_what_is_not_here,
)

if TYPE_CHECKING:
    from ...policy.registry.journal import JournalEntry

EVENT = shape(
    "event", "What one tag did.",
    "time", "model", "kind", or_null("version"), or_null("number"), or_null("stage"), "commit", "tag",
    "tagger", "email", "message", "trailers",
)  # fmt: skip
DOCUMENTS = (shape("history", "What happened to the models.", "schema", *AS_OF, "notes", holding("events", EVENT)),)


@click.command()
@optional_model
@repo_option
@at_option
@moment_option("--since", "Only events dated then or later; a date alone is its beginning.", day="first")
@moment_option("--until", "Only events dated then or earlier; a date alone is its end.", day="last")
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

    NUMBER is the ordinal of the version among all that the model ever had.
    Messages are shown by their first line; with --json whole, with trailers.
    Exits with 1 if there is no such MODEL.

    --since and --until go by TIME, the dates of the tags. --at leaves out what
    was not there yet at that time, and shows what was: by the server's push
    log, where it is at hand, else by the dates of the tags, too.
    """
    models = None if model is None else [model_of(model)]
    notes = say_what_is_not_here(repo, models, offline=offline)
    with open_repository(repo, models) as reader:
        then = as_of(reader, at, models)
        found = tags_by_model(then.reader, models)
        entries = in_time_order(entry for tags in found.values() for entry in journal_of(tags))
        notes += then.tell()
        if models and not entries:
            raise no_such_model(models[0], models_of(then.reader))
    happened = bool(entries)
    if since is not None:
        entries = [entry for entry in entries if entry.event.time >= since]
    if until is not None:
        entries = [entry for entry in entries if entry.event.time <= until]
    if not ascending:
        entries = entries[::-1]
    if as_json:
        events = [_document(entry) for entry in entries]
        click.echo(json.dumps({"schema": 1, **then.keys, "notes": notes, "events": events}))
    elif entries:
        header = ["TIME", "MODEL", "EVENT", "VERSION", "NUMBER", "STAGE", "COMMIT", "TAG", "BY", "MESSAGE"]
        click.echo(table(header, [_row(entry) for entry in entries]))
    else:
        click.echo("there is no such event" if happened else "there is no model here", err=True)


def _row(entry: JournalEntry) -> list[str | None]:
    event = entry.event
    return [
        utc_text(event.time),
        gto_spelling(event.name.model),
        EVENT_WORDS[event.name.kind],
        str(entry.version) if entry.version else None,
        str(entry.number) if entry.number else None,
        event.name.stage,
        event.commit[:7],
        event.tag,
        entry.tagger.name,
        entry.message.partition("\n")[0],
    ]


def _document(entry: JournalEntry) -> dict[str, object]:
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
    }
