"""Finds the lines of a push log that match a query."""

from __future__ import annotations

import json
import re
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...policy.grammar.names import TAGS, tag_spelling
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.record import Record
from ...policy.verdict import AS_PUSHED
from ...report.push_log import as_text
from ...server_hooks.log.chain import read_lines, read_lines_backward
from ...server_hooks.log.reading import seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Lines are in the order in which they were written; clocks that were set back by up to this many seconds don't matter.
CLOCK_TOLERANCE = 3600

# The beginning of a line.
TIME = re.compile(rb'\{"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z)"')


class Query(Record):
    """The conditions that lines must meet; None means any. `number` limits the result to the newest lines."""

    model: str | None = None
    pusher: str | None = None
    rule: str | None = None
    outcome: str | None = None
    since: int | None = None
    number: int | None = None
    policy_changes: bool = False


class Unreadable:
    """Counts the lines that could not be read."""

    def __init__(self) -> None:
        self.count = 0


def find_entries(common_dir: str, query: Query, unreadable: Unreadable) -> Iterator[dict[str, Any]]:
    """The matching entries, oldest first, read as the caller iterates.

    If only the newest are wanted, no more of the log is read. Raises OSError if
    it can't be read.
    """
    if query.policy_changes:
        # The earlier policy is only known from the lines before, so all of them are read.
        changing = _changing_policies(_entries(read_lines(common_dir), unreadable))
        yield from deque((entry for entry in changing if fits(entry, query)), query.number)
    elif query.number is not None:
        newest = _entries(_until(query.since, read_lines_backward(common_dir)), unreadable)
        fitting = islice((entry for entry in newest if fits(entry, query)), query.number)
        yield from reversed(list(fitting))
    else:
        lines = read_lines(common_dir)
        if query.since is not None:
            # Collect lines, because parsed entries take ten times as much memory.
            lines = reversed(list(_until(query.since, read_lines_backward(common_dir))))
        yield from (entry for entry in _entries(lines, unreadable) if fits(entry, query))


def _entries(lines: Iterable[bytes], unreadable: Unreadable) -> Iterator[dict[str, Any]]:
    for line in lines:
        entry = parsed(line)
        if entry:
            yield entry
        else:
            unreadable.count += 1


def _changing_policies(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The pushes that changed a policy, and those judged by another policy than the push before them."""
    in_force: list[str | None] | None = None
    announced: set[str | None] = set()
    for entry in entries:
        policies = entry["policies"]
        if not policies or entry["outcome"] == "incomplete":
            continue
        elif policies[0]["source"].endswith(AS_PUSHED):
            announced.add(policies[0]["id"])
            yield entry
        else:
            ids = [policy["id"] for policy in policies]
            if in_force is not None and not set(ids) - set(in_force) <= announced:
                yield entry
            if ids != in_force:
                announced.clear()
            in_force = ids


def _until(since: int | None, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        if since is not None:
            found = TIME.match(line)
            if found is not None and seconds_of({"time": found[1].decode("ascii")}) < since - CLOCK_TOLERANCE:
                return
        yield line


def parsed(line: bytes) -> dict[str, Any]:
    """The entry in a line; empty if it is not valid. Only the chain tells whether it is unchanged."""
    try:
        entry: dict[str, Any] = json.loads(line)
        # If somebody has edited the line, using it shows what it lacks.
        as_text(entry)
        seconds_of(entry)
        return entry if all(isinstance(update["ref"], str) for update in entry["updates"]) else {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def fits(entry: dict[str, Any], query: Query) -> bool:
    """Whether the entry meets all conditions of the query."""
    return (
        (query.pusher is None or entry["pusher"]["name"] == query.pusher)
        and (query.outcome is None or entry["outcome"] == query.outcome)
        and (query.since is None or seconds_of(entry) >= query.since)
        and (query.model is None or tag_spelling(query.model) in _models(entry))
        and (query.rule is None or query.rule in _rules(entry))
    )


def _models(entry: dict[str, Any]) -> set[str]:
    refs = [update["ref"] for update in entry["updates"]]
    names = [parse_tag_name(ref.removeprefix(TAGS)) for ref in refs if ref.startswith(TAGS)]
    return {name.model for name in names if isinstance(name, TagName)}


def _rules(entry: dict[str, Any]) -> set[str]:
    return {finding["rule"] for policy in entry["policies"] for finding in policy["findings"]}
