"""Prints lines of a push log as they are added, even if it is rotated."""

from __future__ import annotations

import os
import time
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from ...report.push_log import as_texts
from ...server_hooks.log.chain import read_lines_backward, read_noted
from ...server_hooks.log.line import BEGINNING, LOG, Seal, read_end
from .query import Unreadable, find_entries, fits, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .query import Query

# The seconds between two looks at the end of the log, and how many older lines are shown by default.
PAUSE = 0.5
SHOWN_AT_FIRST = 10
# For so many of the newest lines it is known whether a restored log has them.
MOST_KEPT = 100
NONE = Seal(0, "", BEGINNING, intact=True)


def follow(common_dir: str, query: Query) -> None:
    """Print the newest matching lines, then each new one, until the process is interrupted."""
    for text in as_texts(_followed(common_dir, query)):
        click.echo(text)


def _followed(common_dir: str, query: Query) -> Iterator[dict[str, Any]]:
    seen = _Seen(common_dir)
    first = query._replace(number=SHOWN_AT_FIRST) if query.number is None and query.since is None else query
    for entry in find_entries(common_dir, first, Unreadable()):
        if entry["line"] <= seen.last:
            yield entry
    while True:
        time.sleep(PAUSE)
        for line in seen.new_lines():
            entry = parsed(line)
            if entry and fits(entry, query):
                yield entry


class _Seen:
    """The newest lines of a log so far: their hashes by their numbers; `last` is the highest number, 0 for none."""

    def __init__(self, common_dir: str) -> None:
        self._common_dir = common_dir
        seals = filter(None, map(read_end, islice(read_lines_backward(common_dir), MOST_KEPT)))
        self._hashes = {seal.number: seal.hash for seal in seals} or {NONE.number: NONE.hash}
        self.last = max(self._hashes)

    def new_lines(self) -> list[bytes]:
        """The lines that were added, oldest first. Says on stderr if the log was replaced by another state of it."""
        # If the log has no lines, another program may have moved it away; the head file still has its last number.
        noted = NONE if _has_lines(self._common_dir) else read_noted(self._common_dir) or NONE
        lines: list[bytes] = []
        added: list[Seal] = []
        met = NONE
        oldest = min(self._hashes)
        for line in read_lines_backward(self._common_dir):
            seal = read_end(line)
            if seal is not None and (seal.number <= oldest or self._hashes.get(seal.number) == seal.hash):
                met = seal
                break
            added += [seal] if seal is not None else []
            lines.append(line)
        end = max((*added[:1], met, noted), key=lambda seal: seal.number).number
        is_another = self._hashes.get(met.number, met.hash) != met.hash
        if end < self.last or is_another or any(seal.number <= self.last for seal in added):
            _say_replaced(self.last, end)
            self._hashes = {number: digest for number, digest in self._hashes.items() if number < met.number}
            self.last = met.number
        for seal in (met, *reversed(added)):
            self._hashes[seal.number] = seal.hash
            self.last = max(self.last, seal.number)
        self._hashes = dict(sorted(self._hashes.items())[-MOST_KEPT:])
        lines.reverse()
        return lines


def _has_lines(common_dir: str) -> bool:
    try:
        return os.stat(f"{common_dir}/{LOG}").st_size > 0
    except FileNotFoundError:
        return False


def _say_replaced(last: int, end: int) -> None:
    now = f"it now ends with line {end}" if end else "it now has no line"
    click.echo(
        f"tagwarden: the push log was replaced by another state, such as an older backup: line {last} was the newest, "
        f"{now}. `tagwarden log --verify` says whether it is intact",
        err=True,
    )
