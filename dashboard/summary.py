"""What the site's own pages show of one repository; stored from build to build while it does not change."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from ..policy.record import Record
from .file_names import model_file, repository_file
from .wording import event_text, short_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .records import ModelFacts, RepositoryFacts

# A stage, the version in it, and the second since when.
StageHolding = tuple[str, str, int]

MOST_RECENT = 12


class ModelRow(Record):
    """A model in a table. `what`, `time` and `by` describe its last event."""

    model: str
    file: str
    repository: str
    stable: str | None
    latest: str | None
    deprecated: bool
    stages: Sequence[StageHolding]
    what: str
    time: int
    by: str
    errors: int
    warnings: int
    audited: bool

    def held(self, stage: str) -> StageHolding | None:
        """What `stage` holds, None if it holds nothing."""
        return next((one for one in self.stages if one[0] == stage), None)

    def others(self, columns: Sequence[str]) -> list[StageHolding]:
        """What the stages other than `columns` hold."""
        return [one for one in self.stages if one[0] not in columns]


class RecentEvent(Record):
    """An event in the list on the home page."""

    time: int
    model: str
    file: str
    repository: str
    what: str
    by: str


class Summary(Record):
    """One repository. `months` counts its events by month (`2026-01`)."""

    name: str
    file: str
    problem: str | None
    audited: bool
    hook: str
    versions: int
    errors: int
    warnings: int
    rows: Sequence[ModelRow]
    recent: Sequence[RecentEvent]
    months: Mapping[str, int]

    @property
    def last(self) -> int:
        """The second of the last event, 0 if there is none."""
        return max((row.time for row in self.rows), default=0)


def summary_of(facts: RepositoryFacts) -> Summary:
    """The summary of a repository."""
    severities = Counter(finding.severity for finding in facts.findings)
    return Summary(
        facts.name,
        repository_file(facts.name),
        facts.problem,
        facts.audited,
        _hook(facts),
        sum(version.active for model in facts.models for version in model.versions),
        severities["error"],
        severities["warning"],
        [_row(model, facts) for model in facts.models],
        _recent(facts),
        Counter(_month(event.time) for model in facts.models for event in model.events),
    )


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary as plain values."""
    return {**summary._asdict(), "rows": [*map(list, summary.rows)], "recent": [*map(list, summary.recent)]}


def from_json(found: Any) -> Summary:
    """The summary that `as_json` turned into `found`. Raises TypeError, KeyError or ValueError for anything else."""
    rows = [ModelRow(*row) for row in found["rows"]]
    recent = [RecentEvent(*event) for event in found["recent"]]
    return Summary(**{**found, "rows": rows, "recent": recent})


def _row(model: ModelFacts, facts: RepositoryFacts) -> ModelRow:
    severities = Counter(finding.severity for finding in model.findings)
    last = model.events[0]
    return ModelRow(
        model.model,
        model_file(facts.name, model.model),
        facts.name,
        model.stable,
        model.latest,
        model.deprecated is not None,
        [(row.stage, row.holder.version or row.holder.commit[:7], row.since) for row in model.stages if row.holder],
        event_text(last),
        last.time,
        short_name(last.by),
        severities["error"],
        severities["warning"],
        facts.audited,
    )


def _recent(facts: RepositoryFacts) -> list[RecentEvent]:
    newest = sorted(
        ((event, model) for model in facts.models for event in model.events[:MOST_RECENT]),
        key=lambda pair: (-pair[0].time, pair[0].tag),
    )
    return [
        RecentEvent(
            event.time,
            model.model,
            model_file(facts.name, model.model),
            facts.name,
            event_text(event),
            short_name(event.by),
        )
        for event, model in newest[:MOST_RECENT]
    ]


def _hook(facts: RepositoryFacts) -> str:
    if facts.guard is None:
        return "unknown"
    return "in place" if facts.guard.hooks else "none"


def _month(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m")
