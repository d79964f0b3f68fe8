"""`tagwarden show`: the models, or one model's versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...policy.grammar.names import gto_spelling
from ...policy.registry.overview import overview_of, stage_holders, stages_in_order, version_lines
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.table import table, utc_text
from ...repository.open_repository import open_repository
from ...repository.registry import histories, models_of
from ..at_time import as_of, at_option
from ..reading import (
    declared_stages_at,
    deprecated_option,
    json_option,
    model_of,
    no_such_model,
    offline_option,
    optional_model,
    repo_option,
    say_what_is_not_here,
)

if TYPE_CHECKING:
    from ...policy.registry.history import ModelHistory
    from ...policy.registry.overview import ModelOverview, VersionLine

MODEL = shape("model", "A model at a glance.", "model", or_null("latest"), "version_count", "stages", "deprecated")
VERSION = shape(
    "version", "One version of a model.",
    "number", "version", "in_stages", "registered", "commit", "tag", "active",
)  # fmt: skip
DOCUMENTS = (
    shape("show", "All models.", "schema", *AS_OF, "notes", holding("models", MODEL)),
    shape("show MODEL", "One model.", "schema", *AS_OF, "notes", *MODEL.fields, holding("versions", VERSION)),
)


@click.command()
@optional_model
@repo_option
@at_option
@deprecated_option
@offline_option
@json_option
def show(model: str | None, repo: str | None, at: int | None, deprecated: bool, offline: bool, as_json: bool) -> None:
    """Show the models with their latest version and what each stage holds, or the versions of MODEL.

    A stage shows the version that was assigned last and is still in it. Exits
    with 1 if there is no such MODEL.

    With --at, what was so at that time: by the server's push log, where it is
    at hand, else by the dates of the tags. On stderr is said which.
    """
    named = None if model is None else model_of(model)
    notes = say_what_is_not_here(repo, None if named is None else [named], offline=offline)
    if named is None:
        _show_all(repo, at, deprecated, as_json, notes)
    else:
        _show_one(named, repo, at, deprecated, as_json, notes)


def _show_all(repo: str | None, at: int | None, deprecated: bool, as_json: bool, notes: list[str]) -> None:
    with open_repository(repo) as reader:
        then = as_of(reader, at)
        overviews = [overview_of(model, history) for model, history in histories(then.reader).items()]
        declared = declared_stages_at(reader, repo)
    notes += then.tell()
    shown_ones = sorted(
        (one for one in overviews if deprecated or not one.deprecated), key=lambda one: gto_spelling(one.model)
    )
    stages = stages_in_order((stage for one in shown_ones for stage in one.stages), declared)
    if as_json:
        models = [_overview(one, stages) for one in shown_ones]
        click.echo(json.dumps({"schema": 1, **then.keys, "notes": notes, "models": models}))
    elif not shown_ones:
        click.echo("there is no model here", err=True)
    else:
        rows = [
            [
                gto_spelling(one.model) + (" (deprecated)" if one.deprecated else ""),
                str(one.latest) if one.latest else None,
                str(one.versions),
                *(one.stages[stage].text if stage in one.stages else None for stage in stages),
            ]
            for one in shown_ones
        ]
        click.echo(table(["MODEL", "LATEST", "VERSIONS", *(f"#{stage}" for stage in stages)], rows))


def _overview(one: ModelOverview, stages: list[str]) -> dict[str, object]:
    return {
        "model": gto_spelling(one.model),
        "latest": str(one.latest) if one.latest else None,
        "version_count": one.versions,
        "stages": {stage: one.stages[stage].text if stage in one.stages else None for stage in stages},
        "deprecated": one.deprecated,
    }


def _show_one(model: str, repo: str | None, at: int | None, deprecated: bool, as_json: bool, notes: list[str]) -> None:
    with open_repository(repo, [model]) as reader:
        then = as_of(reader, at, [model])
        history = histories(then.reader, [model]).get(model)
        notes += then.tell()
        if history is None:
            raise no_such_model(model, models_of(then.reader))
        declared = declared_stages_at(reader, repo)
    lines = [line for line in version_lines(history) if deprecated or line.active]
    if as_json:
        click.echo(json.dumps({**_model(model, history, lines, declared), **then.keys, "notes": notes}))
        return
    if history.is_deprecated:
        assert history.deprecated is not None
        click.echo(f"{gto_spelling(model)} is deprecated ({history.deprecated.tag})", err=True)
    rows = [
        [
            str(line.number),
            str(line.version) + ("" if line.active else " (deregistered)"),
            ", ".join(stages_in_order(line.stages, [one for one in declared or () if one in line.stages])),
            utc_text(line.time),
            line.tag,
        ]
        for line in lines
    ]
    click.echo(table(["NUMBER", "VERSION", "STAGE", "REGISTERED", "TAG"], rows))


def _model(
    model: str, history: ModelHistory, lines: list[VersionLine], declared: tuple[str, ...] | None
) -> dict[str, object]:
    holders = stage_holders(history)
    overview = overview_of(model, history)
    return {
        "schema": 1,
        **_overview(overview, stages_in_order(holders, declared)),
        "versions": [
            {
                "number": line.number,
                "version": str(line.version),
                "in_stages": list(line.stages),
                "registered": utc_text(line.time),
                "commit": line.commit,
                "tag": line.tag,
                "active": line.active,
            }
            for line in lines
        ],
    }
