"""What every command that judges shares: the choice of a format, and a verdict shown in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..report import github, gitlab, markdown, text
from ..report.escape import escape
from ..report.exit_status import ACCEPTED, REFUSED
from ..report.json import document, dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..policy.verdict import Verdict


def _as_text(verdict: Verdict) -> list[str]:
    return text.lines_of(verdict) or [text.summary(verdict)]


def _as_json(verdict: Verdict) -> list[str]:
    return [dump(document(verdict))]


def _as_annotations(verdict: Verdict) -> list[str]:
    return [*(f"note: {escape(note)}" for note in verdict.notes), *github.lines_of(verdict)]


# The lines that each `--format` prints; the first is the default.
FORMATS: dict[str, Callable[[Verdict], list[str]]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
    "gitlab": gitlab.lines_of,
    "markdown": markdown.lines_of,
}


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
        type=click.Choice(list(FORMATS)),
        is_eager=True,
        help="How to print the verdict: `github` as annotations, `gitlab` as a code-quality report.  [default: text]",
    )(command)


def show_verdict(verdict: Verdict, format: str | None) -> int:  # noqa: A002 -- the option's name
    """Print the verdict to stdout; the exit status that it means, 0 or 1."""
    click.echo("\n".join(FORMATS[format or "text"](verdict)))
    return ACCEPTED if verdict.accepted else REFUSED
