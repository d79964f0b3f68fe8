"""The content of the home page, and the data that its script filters."""

from __future__ import annotations

import json
from collections import Counter

from ..policy.grammar.versions import parse_version
from ..policy.record import Record
from .summary import MOST_RECENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .summary import ModelRow, RecentEvent, Summary

# How many stages have a column of their own: those that most models use.
MOST_COLUMNS = 4
# How many models are in the page itself; the script has all of them.
ROWS_IN_PAGE = 200
MOST_PROBLEMS = 50


class Home(Record):
    """The content of the home page.

    `columns` are the stages with a column of their own; `problems` are the names
    and pages of the repositories that can't be read.
    """

    models: int
    repositories: int
    versions: int
    events: int
    errors: int
    stages: Sequence[str]
    columns: Sequence[str]
    more_stages: bool
    repository_names: Sequence[str]
    problems: Sequence[tuple[str, str]]


def home_of(summaries: Sequence[Summary]) -> Home:
    """The figures of all repositories together."""
    rows = [row for summary in summaries for row in summary.rows]
    used = Counter(held[0] for row in rows for held in row.stages)
    first_seen = list(dict.fromkeys(held[0] for row in rows for held in row.stages))
    chosen = {stage for stage, _ in used.most_common(MOST_COLUMNS)}
    return Home(
        len(rows),
        len(summaries),
        sum(summary.versions for summary in summaries),
        sum(sum(summary.months.values()) for summary in summaries),
        sum(row.errors > 0 for row in rows),
        sorted(used),
        [stage for stage in first_seen if stage in chosen],
        len(used) > len(chosen),
        sorted(summary.name for summary in summaries if summary.rows),
        [(summary.name, summary.file) for summary in summaries if summary.problem][:MOST_PROBLEMS],
    )


def rows_in_page(summaries: Iterable[Summary]) -> list[ModelRow]:
    """The models that changed last."""
    return newest_first(row for summary in summaries for row in summary.rows)[:ROWS_IN_PAGE]


def newest_first(rows: Iterable[ModelRow]) -> list[ModelRow]:
    """The rows by the time of their last event, newest first."""
    return sorted(rows, key=lambda row: (-row.time, row.model, row.repository))


def recent_events(summaries: Iterable[Summary]) -> list[RecentEvent]:
    """The newest events of all repositories."""
    events = [event for summary in summaries for event in summary.recent]
    return sorted(events, key=lambda event: -event.time)[:MOST_RECENT]


def months_of(summaries: Iterable[Summary]) -> Mapping[str, int]:
    """The number of events in each month."""
    counted: Counter[str] = Counter()
    for summary in summaries:
        counted.update(summary.months)
    return counted


def models_script(summaries: Sequence[Summary]) -> str:
    """All models as a script, because a page from file:// can't load other data.

    Each is [file, model, repository, stable, latest, its rank, deprecated,
    stages, last event, its time, by whom, errors, warnings, audited].
    """
    rows = newest_first(row for summary in summaries for row in summary.rows)
    ranks = _ranks({version for row in rows if (version := row.stable or row.latest)})
    data = [
        [
            row.file, row.model, row.repository, row.stable, row.latest, ranks.get(row.stable or row.latest or "", -1),
            int(row.deprecated), [list(held) for held in row.stages], row.what, row.time, row.by, row.errors,
            row.warnings, int(row.audited),
        ]
        for row in rows
    ]  # fmt: skip
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    # Nothing in it may end a script element.
    return f"window.tagwardenModels={text.replace('<', chr(92) + 'u003c')};\n"


def _ranks(versions: Iterable[str]) -> dict[str, int]:
    """The rank of each version among all, so that the script can sort them without parsing versions."""
    precedences = {version: parse_version(version).precedence for version in versions}
    places = {precedence: place for place, precedence in enumerate(sorted(set(precedences.values())))}
    return {version: places[precedence] for version, precedence in precedences.items()}
