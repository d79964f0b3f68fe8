"""What commands that judge share: the choice of a format, and printing a verdict in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ..policy.errors import CannotJudge
from ..report import github, gitlab, markdown, text
from ..report.escape import escape
from ..report.exit_status import ACCEPTED, REFUSED
from ..report.json import document

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..policy.verdict import Verdict


def _as_text(verdict: Verdict) -> list[str]:
    return text.lines_of(verdict) or [text.summary(verdict)]


def _as_json(verdict: Verdict) -> list[str]:
    return [json.dumps(document(verdict))]


def _as_annotations(verdict: Verdict) -> list[str]:
    return [*(f"note: {escape(note)}" for note in verdict.notes), *github.lines_of(verdict)]


# What each `--format` prints, as lines; the first is the default.
FORMATS: dict[str, Callable[[Verdict], list[str]]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
    "gitlab": gitlab.lines_of,
    "markdown": markdown.lines_of,
}


# Formats of which a file can contain only one document; the others are appended.
WHOLE = ("json", "gitlab")


def _read_reports(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    reports = []
    for value in values:
        format_, equals, path = value.partition("=")
        if format_ not in FORMATS or not equals or not path:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}.", ctx, parameter)
        reports.append((format_, path))
    return tuple(reports)


reports_option = click.option(
    "--write",
    "reports",
    metavar="FORMAT=FILE",
    multiple=True,
    callback=_read_reports,
    help="Also write the verdict as FORMAT to FILE; text and Markdown are appended.",
)


def write_reports(verdict: Verdict, reports: tuple[tuple[str, str], ...]) -> None:
    """Write the verdict to each (format, file). Raises CannotJudge if a file can't be written."""
    for format_, path in reports:
        try:
            with open(path, "w" if format_ in WHOLE else "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write("\n".join(FORMATS[format_](verdict)) + "\n")
        except OSError as error:
            raise CannotJudge(f"The report {path!r} can't be written: {error.strerror}.") from error


def _select_json(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        ctx.params["format"] = "json"


def format_options(command: Any) -> Any:
    """Add the options `--format` (parameter `format`, None if neither is given) and `--json` to a command."""
    command = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_select_json,
        help="Print one JSON document: the same as --format json.",
    )(command)
    return click.option(
        "--format",
        type=click.Choice(list(FORMATS)),
        is_eager=True,
        help="How to print the verdict: `github` as annotations, `gitlab` as a code-quality report.  [default: text]",
    )(command)


def show_verdict(verdict: Verdict, format: str | None) -> int:  # noqa: A002 -- the option's name
    """Print the verdict to stdout; returns the exit status for it, 0 or 1."""
    click.echo("\n".join(FORMATS[format or "text"](verdict)))
    return ACCEPTED if verdict.accepted else REFUSED
