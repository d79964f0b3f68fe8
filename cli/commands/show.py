"""`tagwarden show`: shows the models, or the versions of one model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...contents.metrics import chosen
from ...policy.grammar.names import gto_spelling
from ...policy.grammar.query import parse_query
from ...policy.registry.overview import overview_of, stage_holders, stages_in_order, version_lines
from ...report.documents.shape import holding, if_any, or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.table import table, utc_text
from ...repository.open_repository import open_repository
from ...repository.registry import model_from_tags, models_of, read_model, tags_by_model
from ..at_time import as_of, at_option
from ..errors import Refused
from ..options import deprecated_option, json_option, offline_option, optional_model_or_query, repo_option
from ..reading import declared_in, model_of, no_such_model, policy_at, report_remote_differences
from ..versions.holdings import METRICS, cells, metrics_of, stated_document
from ..versions.version_view import DOCUMENT, VERSION, show_version, version_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ...contents.record import Stated
    from ...policy.push import Tag
    from ...policy.registry.overview import ModelOverview
    from ...repository.git.reader import TagReader

AT_A_GLANCE = ("model", or_null("latest"), "version_count", "stages", "deprecated")
MODEL = shape("model", "A model at a glance.", *AT_A_GLANCE, if_any(METRICS))
OF_MODEL = VERSION.plus("version of a model", "One version of a model.", if_any(METRICS))
DOCUMENTS = (
    shape("show", "All models.", "schema", *AS_OF, "notes", holding("models", MODEL)),
    shape("show MODEL", "One model.", "schema", *AS_OF, "notes", *AT_A_GLANCE, holding("versions", OF_MODEL)),
    DOCUMENT,
)


@click.command()
@optional_model_or_query
@repo_option
@at_option
@deprecated_option
@offline_option
@json_option
def show(model: str | None, repo: str | None, at: int | None, deprecated: bool, offline: bool, as_json: bool) -> None:
    """Show the models with their latest version and what each stage holds, or the versions of MODEL.

    A stage holds the version that was assigned last and is still in it. If the
    policy sets `show.metrics`, each of these metrics has a column. Exits with 1 if
    there is no such MODEL.

    For MODEL@VERSION, or any other query that `resolve` accepts, shows what the
    version holds: artifact, data, code, the command that made it, metrics,
    parameters and trailers, read from the tag and from the files of DVC, Git LFS
    and others in its commit.

    With --at, shows the state at that time: by the server's push log if
    it is available, else by the dates of the tags. stderr says which.
    """
    asks = model is not None and ("@" in model or "#" in model)
    named = None if model is None else _model_in(model) if asks else model_of(model)
    notes = report_remote_differences(repo, None if named is None else [named], offline=offline)
    if model is not None and asks:
        show_version(model, repo, at, deprecated=deprecated, as_json=as_json, notes=notes)
    elif named is None:
        _show_all(repo, at, deprecated, as_json, notes)
    else:
        _show_one(named, repo, at, deprecated, as_json, notes)


def _model_in(query: str) -> str:
    try:
        return parse_query(query).model
    except ValueError as problem:
        raise Refused(str(problem)) from None


def _show_all(repo: str | None, at: int | None, deprecated: bool, as_json: bool, notes: list[str]) -> None:
    with open_repository(repo) as reader:
        snapshot = as_of(reader, at)
        loaded = policy_at(reader, repo)
        metrics = loaded.policy.base.show.metrics if loaded is not None else ()
        known = list(_at_a_glance(snapshot.reader))
        found = [(one, tag) for one, tag in known if deprecated or not one.deprecated]
        found.sort(key=lambda pair: gto_spelling(pair[0].model))
        stated = metrics_of(reader, ((one.model, tag) for one, tag in found if tag)) if metrics else {}
    shown_ones = [one for one, _ in found]
    held = {one.model: stated[tag.name] for one, tag in found if tag and tag.name in stated}
    notes += snapshot.report_gaps()
    stages = stages_in_order((stage for one in shown_ones for stage in one.stages), declared_in(loaded))
    if as_json:
        models = [
            {**_overview(one, stages), **_metrics_document(held.get(one.model, ()), metrics)} for one in shown_ones
        ]
        click.echo(json.dumps({"schema": 1, **snapshot.keys, "notes": notes, "models": models}))
    elif not shown_ones:
        nothing = "every model here is deprecated; --deprecated shows them" if known else "there is no model here"
        click.echo(nothing, err=True)
    else:
        rows = [
            [
                gto_spelling(one.model) + (" (deprecated)" if one.deprecated else ""),
                str(one.latest) if one.latest else None,
                str(one.versions),
                *(one.stages[stage].text if stage in one.stages else None for stage in stages),
                *cells(held.get(one.model, ()), metrics),
            ]
            for one in shown_ones
        ]
        click.echo(table(["MODEL", "LATEST", "VERSIONS", *(f"#{stage}" for stage in stages), *metrics], rows))


def _at_a_glance(reader: TagReader) -> Iterator[tuple[ModelOverview, Tag | None]]:
    """Every model that has an event, with the tag of its latest version."""
    for model, tags in tags_by_model(reader):
        history = model_from_tags(reader, tags).history()
        if history.has_events:
            one = overview_of(model, history)
            yield one, next((tag for _, tag in tags if tag.name == one.latest_tag), None)


def _metrics_document(held: Iterable[Stated], names: Sequence[str]) -> dict[str, object]:
    return {"metrics": stated_document(chosen(held, names))} if names else {}


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
        snapshot = as_of(reader, at, [model])
        known = read_model(snapshot.reader, model)
        history = known.history()
        notes += snapshot.report_gaps()
        if not history.has_events:
            raise no_such_model(model, models_of(snapshot.reader))
        loaded = policy_at(reader, repo)
        metrics = loaded.policy.for_model(model).show.metrics if loaded is not None else ()
        lines = [line for line in version_lines(history) if deprecated or line.active]
        shown_tags = {line.tag for line in lines}
        held = metrics_of(reader, ((model, tag) for _, tag in known.tags if tag.name in shown_tags)) if metrics else {}
    declared = declared_in(loaded)
    if as_json:
        versions = [{**version_document(line), **_metrics_document(held.get(line.tag, ()), metrics)} for line in lines]
        overview = _overview(overview_of(model, history), stages_in_order(stage_holders(history), declared))
        click.echo(json.dumps({"schema": 1, **overview, "versions": versions, **snapshot.keys, "notes": notes}))
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
            *cells(held.get(line.tag, ()), metrics),
        ]
        for line in lines
    ]
    click.echo(table(["NUMBER", "VERSION", "STAGE", "REGISTERED", "TAG", *metrics], rows))
