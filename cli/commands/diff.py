"""`tagwarden diff`: shows what changed between two versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...contents.rows import change_row
from ...policy.grammar.names import gto_spelling
from ...policy.grammar.query import parse_query
from ...policy.registry.resolution import Unresolved
from ...report.documents.shape import anything, holding, or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.escape import display
from ...report.exit_status import ACCEPTED, REFUSED
from ...report.markdown import code, prose
from ...report.table import table
from ...repository.open_repository import is_url, open_repository
from ...repository.registry import read_model
from ..at_time import as_of, at_option
from ..completion import complete_query
from ..errors import Refused
from ..lines import echo_notes
from ..options import deprecated_too_option, offline_option, repo_option
from ..reading import policy_at, report_remote_differences
from ..versions.difference_view import differences
from ..versions.holdings import Holdings
from ..versions.version_view import version_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...contents.difference import Change
    from ..versions.version_view import RegisteredVersion

SIDE = shape("side", "One of the two versions.", "model", "version", "commit", "tag")
CHANGE = shape(
    "change", "One thing of the two versions; null is what one of them lacks.",
    "what", "name", anything("old", "What the first version has."), anything("new", "What the second one has."),
    or_null("diff"), "worse",
)  # fmt: skip
DOCUMENTS = (
    shape(
        "diff", "What changed between two versions.",
        "schema", *AS_OF, "notes", holding("from", SIDE), holding("to", SIDE), holding("changes", CHANGE),
    ),
)  # fmt: skip


@click.command()
@click.argument("old", metavar="QUERY", shell_complete=complete_query)
@click.argument("new", metavar="QUERY", shell_complete=complete_query)
@click.option("--all", "every", is_flag=True, help="Also show what is the same.")
@repo_option
@at_option
@deprecated_too_option
@offline_option
@click.option(
    "--format", "style", type=click.Choice(("text", "json", "markdown")), default="text", help="How to print it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: the same as --format json.")
def diff(
    old: str,
    new: str,
    every: bool,
    repo: str | None,
    at: int | None,
    deprecated: bool,
    offline: bool,
    style: str,
    as_json: bool,
) -> int:
    """Show what changed between two versions: artifact, data, code, command, parameters, metrics, trailers.

    QUERY is any query that `resolve` accepts, such as churn@v1.2.0, churn@latest
    or churn#prod. Contents are read as by `show MODEL@VERSION`. Exits with 1 if
    there is no such version, or if a metric is missing or worse by the policy's
    `metrics.NAME.better`.
    """
    try:
        queries = parse_query(old), parse_query(new)
        models = list(dict.fromkeys(query.model for query in queries))
        notes = report_remote_differences(repo, models, offline=offline)
        with open_repository(repo, models) as reader:
            snapshot = as_of(reader, at, models)
            known = {model: read_model(snapshot.reader, model) for model in models}
            snapshot.refuse_gaps()
            loaded = policy_at(reader, repo)
            files_are_here = not (repo and is_url(repo))
            holdings = Holdings(reader if files_are_here else None)
            before, after = (
                version_for(query, known[query.model], holdings, deprecated=deprecated) for query in queries
            )
            better = loaded.policy.for_model(after.model).show.better if loaded is not None else {}
            changes, own = differences(before, after, better, reader if files_are_here else None)
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    notes += [*snapshot.report_gaps(), *map(display, own)]
    shown = [change for change in changes if every or change.changed]
    if as_json or style == "json":
        document = {"from": _side(before), "to": _side(after), "changes": [_document(change) for change in shown]}
        click.echo(json.dumps({"schema": 1, **snapshot.keys, "notes": notes, **document}))
    else:
        _print(before, after, shown, markdown=style == "markdown")
        echo_notes(own)
    return REFUSED if any(change.worse for change in changes) else ACCEPTED


def _side(one: RegisteredVersion) -> dict[str, object]:
    return {
        "model": gto_spelling(one.model),
        "version": str(one.line.version),
        "commit": one.line.commit,
        "tag": one.line.tag,
    }


def _document(change: Change) -> dict[str, object]:
    return {
        "what": change.what,
        "name": display(change.name),
        "old": display(change.old) if isinstance(change.old, str) else change.old,
        "new": display(change.new) if isinstance(change.new, str) else change.new,
        "diff": change.diff,
        "worse": change.worse,
    }


def _print(before: RegisteredVersion, after: RegisteredVersion, changes: Sequence[Change], *, markdown: bool) -> None:
    old, new = (f"{gto_spelling(one.model)} {one.line.version}" for one in (before, after))
    if not changes:
        click.echo(f"{old} and {new} hold the same, as far as known", err=True)
        return
    header: list[str] = ["WHAT", "NAME", old, new, "CHANGE"]
    rows = [change_row(change) for change in changes]
    if not markdown:
        click.echo(table(header, rows))
        return
    click.echo(_row(map(prose, header)))
    click.echo(_row(["---"] * len(header)))
    for row in rows:
        click.echo(_row(_cell(cell) for cell in row))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str | None) -> str:
    # In a table a bar ends the cell, even in a code span, unless a backslash precedes it (GFM).
    return code(text).replace("|", "\\|") if text else "-"
