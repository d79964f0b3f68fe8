"""Which lines of a push log are asked for, and those lines."""

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

# The lines are in the order in which they were written. A clock that was put back by more than this is passed over.
CLOCK_TOLERANCE = 3600

# How a line begins.
TIME = re.compile(rb'\{"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z)"')


class Query(Record):
    """What the lines must have; None for whatever it is. `number` is how many are wanted at most, the newest."""

    model: str | None = None
    pusher: str | None = None
    rule: str | None = None
    outcome: str | None = None
    since: int | None = None
    number: int | None = None
    policy_changes: bool = False


class Unreadable:
    """Counts the lines that were looked at and can't be read."""

    def __init__(self) -> None:
        self.count = 0


def find_entries(common_dir: str, query: Query, unreadable: Unreadable) -> Iterator[dict[str, Any]]:
    """The entries that fit, oldest first, read as they are asked for.

    Where only the newest are wanted, no more of the log is read. OSError where
    it can't be read.
    """
    if query.policy_changes:
        # What a policy was before is known only from the lines before.
        changing = _changing_policies(_entries(read_lines(common_dir), unreadable))
        yield from deque((entry for entry in changing if fits(entry, query)), query.number)
    elif query.number is not None:
        newest = _entries(_until(query.since, read_lines_backward(common_dir)), unreadable)
        fitting = islice((entry for entry in newest if fits(entry, query)), query.number)
        yield from reversed(list(fitting))
    else:
        lines = read_lines(common_dir)
        if query.since is not None:
            # As lines, for an entry takes ten times as much memory.
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
    """The pushes of a policy, and those that were judged by another one than the push before them."""
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
    """The entry; empty if the line is not one. Only the chain tells whether it is as it was written."""
    try:
        entry: dict[str, Any] = json.loads(line)
        # What a line lacks that somebody has edited shows when it is used.
        as_text(entry)
        seconds_of(entry)
        return entry if all(isinstance(update["ref"], str) for update in entry["updates"]) else {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def fits(entry: dict[str, Any], query: Query) -> bool:
    """Whether the entry has all that is asked for."""
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
