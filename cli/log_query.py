"""Which lines of a push log are asked for, and those lines."""

from __future__ import annotations

import json
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..policy.grammar.names import TAGS, tag_spelling
from ..policy.grammar.tag_name import TagName, parse_tag_name
from ..policy.record import Record
from ..policy.verdict import AS_PUSHED
from ..report.push_log import as_text
from ..server_hooks.log.chain import read_lines, read_lines_backward

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The lines are in the order in which they were written. A clock that was put back by more than this is passed over.
CLOCK_WENT_BACK = 3600


class Query(Record):
    """What the lines must have; None for whatever it is. `number` is how many are wanted at most, the newest."""

    model: str | None = None
    pusher: str | None = None
    rule: str | None = None
    outcome: str | None = None
    since: int | None = None
    number: int | None = None
    policy_changes: bool = False


class Found(Record):
    """The entries, oldest first, and how many of the lines that were looked at can't be read."""

    entries: Iterable[dict[str, Any]]
    unreadable: int


def find_entries(common_dir: str, query: Query) -> Found:
    """The entries that fit. Where only the newest are asked for, no more of the log is read.

    OSError where the log can't be read.
    """
    if query.policy_changes:
        # What a policy was before is known only from the lines before.
        found = _fitting(_changing_policies(map(parsed, read_lines(common_dir))), query)
        entries = list(found.entries)
        return found._replace(
            entries=entries if query.number is None else entries[max(0, len(entries) - query.number) :]
        )
    if query.number is None and query.since is None:
        return _fitting(map(parsed, read_lines(common_dir)), query)
    newest_first = _until(query.since, map(parsed, read_lines_backward(common_dir)))
    found = _fitting(newest_first, query, most=query.number)
    return found._replace(entries=tuple(reversed(list(found.entries))))


def _fitting(entries: Iterable[dict[str, Any]], query: Query, *, most: int | None = None) -> Found:
    fitting: deque[dict[str, Any]] = deque()
    unreadable = 0
    if most == 0:
        return Found((), 0)
    for entry in entries:
        if not entry:
            unreadable += 1
        elif fits(entry, query):
            fitting.append(entry)
            if len(fitting) == most:
                break
    return Found(fitting, unreadable)


def _changing_policies(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The pushes of a policy, and those that were judged by another one than the push before them."""
    in_force: list[str | None] | None = None
    announced: set[str | None] = set()
    for entry in entries:
        policies = entry.get("policies")
        if not entry:
            yield entry
        elif not policies or entry["outcome"] == "incomplete":
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


def _until(since: int | None, entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        if entry and since is not None and time_of(entry) < since - CLOCK_WENT_BACK:
            return
        yield entry


def parsed(line: bytes) -> dict[str, Any]:
    """The entry; empty for what is none. Only the chain tells whether it is as it was written."""
    try:
        entry: dict[str, Any] = json.loads(line)
        # What a line lacks that somebody has edited shows when it is used.
        as_text(entry)
        time_of(entry)
        return entry if all(isinstance(update["ref"], str) for update in entry["updates"]) else {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def time_of(entry: dict[str, Any]) -> float:
    """When it was logged, in seconds since 1970."""
    return datetime.fromisoformat(entry["time"]).timestamp()


def fits(entry: dict[str, Any], query: Query) -> bool:
    """Whether the entry has all that is asked for."""
    return (
        (query.pusher is None or entry["pusher"]["name"] == query.pusher)
        and (query.outcome is None or entry["outcome"] == query.outcome)
        and (query.since is None or time_of(entry) >= query.since)
        and (query.model is None or tag_spelling(query.model) in _models(entry))
        and (query.rule is None or query.rule in _rules(entry))
    )


def _models(entry: dict[str, Any]) -> set[str]:
    refs = [update["ref"] for update in entry["updates"]]
    names = [parse_tag_name(ref.removeprefix(TAGS)) for ref in refs if ref.startswith(TAGS)]
    return {name.model for name in names if isinstance(name, TagName)}


def _rules(entry: dict[str, Any]) -> set[str]:
    return {finding["rule"] for policy in entry["policies"] for finding in policy["findings"]}
