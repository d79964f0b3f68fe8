"""What the pages show, as plain values: nothing in a page is worked out by its template or its script."""

from __future__ import annotations

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.grammar.tag_name import Kind


class EventRow(Record):
    """What one tag did. `version` is the one that it is about, as text; None where it is about none."""

    time: int
    kind: Kind
    version: str | None
    number: int | None
    stage: str | None
    commit: str
    tag: str
    by: str
    email: str
    message: str


class VersionRow(Record):
    """One version. `registered` is its registration, `ended` what took it out of the registry, None while it is in.

    `metrics` are those that the policy names, wherever they were found.
    """

    number: int
    version: str
    active: bool
    stages: Sequence[str]
    registered: EventRow
    trailers: Sequence[tuple[str, str]]
    ended: EventRow | None
    metrics: Sequence[tuple[str, str]] = ()


class Superseded(Record):
    """A later assignment of a stage that counts no more: the stage fell back behind it. `ended` says by what."""

    assigned: EventRow
    ended: EventRow | None


class StageRow(Record):
    """What a stage holds by which assignment, None for nothing, and since when without a break.

    `fell_back` are the later assignments that were taken back, the newest first.
    """

    stage: str
    holder: EventRow | None
    since: int
    fell_back: Sequence[Superseded]


class Interval(Record):
    """From `start` until before `until` (None: to this day) `what`, a stage or "latest", was `version` by `tag`."""

    what: str
    version: str
    start: int
    until: int | None
    tag: str


class FindingRow(Record):
    """Something that the audit found."""

    rule: str
    severity: str
    tag: str | None
    model: str | None
    message: str
    key: str | None
    fix: str | None


class ModelFacts(Record):
    """All that the page of one model shows. `stable` is the greatest version that is no pre-release.

    `log_begins` is since when the push log tells what stood when, None where
    the tags' dates do. `lost` are tags that stood once, and can't be read any more.
    """

    model: str
    latest: str | None
    stable: str | None
    deprecated: EventRow | None
    versions: Sequence[VersionRow]
    stages: Sequence[StageRow]
    intervals: Sequence[Interval]
    events: Sequence[EventRow]
    findings: Sequence[FindingRow]
    log_begins: int | None = None
    lost: Sequence[str] = ()


class RuleRow(Record):
    """A rule of the policy in force with the severity that it has there, in the words of the rule."""

    rule: str
    severity: str
    summary: str


class PolicyFacts(Record):
    """The policy in force. `settings` are the keys that differ from the default, as (key, value, where from)."""

    source: str
    id: str | None
    mode: str
    rules: Sequence[RuleRow]
    settings: Sequence[tuple[str, str, str]]


class PushRow(Record):
    """A line of the push log. `updates` are (what became of the ref, ref), `findings` (severity, rule, message)."""

    time: str
    outcome: str
    pusher: str | None
    hook: str
    updates: Sequence[tuple[str, str]]
    more: int
    findings: Sequence[tuple[str, str, str]]
    emergency: Sequence[tuple[str, str]]


class Guard(Record):
    """What guards a repository: hook files of ours that lie in it, and the state of its push log.

    `log` is None where there is none, else its newest pushes, the newest first;
    `troubles` are what is wrong with it.
    """

    bare: bool
    hooks: Sequence[str]
    log: Sequence[PushRow] | None
    lines: int
    troubles: Sequence[str]


class RepositoryFacts(Record):
    """All that is known of one repository. `problem` says why it can't be read; nothing else is known then.

    `audited` tells whether its tags were judged; `notes` are sentences of the audit.
    """

    name: str
    models: Sequence[ModelFacts]
    stages: Sequence[str]
    policy: PolicyFacts | None
    audited: bool
    findings: Sequence[FindingRow]
    guard: Guard | None
    notes: Sequence[str]
    problem: str | None = None
