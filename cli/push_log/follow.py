"""Prints lines of a push log as they are added, even if it is rotated."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from ...report.push_log import as_texts
from ...server_hooks.log.chain import read_lines_backward
from ...server_hooks.log.line import read_end
from .query import Unreadable, find_entries, fits, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .query import Query

# The seconds between two looks at the end of the log, and how many older lines are shown by default.
PAUSE = 0.5
SHOWN_AT_FIRST = 10


def follow(common_dir: str, query: Query) -> None:
    """Print the newest matching lines, then each new one, until the process is interrupted."""
    for text in as_texts(_followed(common_dir, query)):
        click.echo(text)


def _followed(common_dir: str, query: Query) -> Iterator[dict[str, Any]]:
    seen = _newest(common_dir)
    first = query._replace(number=SHOWN_AT_FIRST) if query.number is None and query.since is None else query
    for entry in find_entries(common_dir, first, Unreadable()):
        if entry["line"] <= seen:
            yield entry
    while True:
        time.sleep(PAUSE)
        for line in _after(common_dir, seen):
            entry = parsed(line)
            if entry and fits(entry, query):
                yield entry
            if (seal := read_end(line)) is not None:
                seen = seal.number


def _newest(common_dir: str) -> int:
    return next((seal.number for line in read_lines_backward(common_dir) if (seal := read_end(line))), 0)


def _after(common_dir: str, seen: int) -> list[bytes]:
    """The lines after the one with the number `seen`, oldest first."""
    found = []
    for line in read_lines_backward(common_dir):
        seal = read_end(line)
        if seal is not None and seal.number <= seen:
            break
        found.append(line)
    found.reverse()
    return found
