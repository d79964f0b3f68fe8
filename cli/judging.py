"""What every command that judges shares: the choice of a format, and a verdict shown in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..report import github, text
from ..report.escape import escape
from ..report.exit_status import ACCEPTED, REFUSED
from ..report.json import document, dump

if TYPE_CHECKING:
    from ..policy.verdict import Verdict

FORMATS = ("text", "json", "github")


def _json_is_a_format(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        ctx.params["format"] = "json"


def format_options(command: Any) -> Any:
    """The options `--format` (parameter `format`, None where neither is given) and `--json`."""
    command = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_json_is_a_format,
        help="Print one JSON document: the same as --format json.",
    )(command)
    return click.option(
        "--format",
        type=click.Choice(FORMATS),
        is_eager=True,
        help="How to print the verdict; `github` makes annotations in GitHub Actions.  [default: text]",
    )(command)


def show_verdict(verdict: Verdict, format: str | None) -> int:  # noqa: A002 -- the option's name
    """Print the verdict to stdout; the exit status that it means, 0 or 1."""
    click.echo("\n".join(_lines(verdict, format)))
    return ACCEPTED if verdict.accepted else REFUSED


def _lines(verdict: Verdict, wanted: str | None) -> list[str]:
    if wanted == "json":
        return [dump(document(verdict))]
    if wanted == "github":
        return [*(f"note: {escape(note)}" for note in verdict.notes), *github.lines_of(verdict)]
    return text.lines_of(verdict) or [text.summary(verdict)]
