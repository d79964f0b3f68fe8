"""Prints any number of lines, and notes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import click

from ..report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

LINES_AT_ONCE = 10_000


def echo_lines(lines: Iterable[str]) -> None:
    """Print `lines` in batches: joining and encoding a million at once would take hundreds of megabytes."""
    left = iter(lines)
    while some := list(islice(left, LINES_AT_ONCE)):
        click.echo("\n".join(some))


def echo_notes(notes: Iterable[str]) -> None:
    """Print remarks on the answer to stderr; they may contain untrusted text."""
    for note in notes:
        click.echo(f"note: {escape(note)}", err=True)
