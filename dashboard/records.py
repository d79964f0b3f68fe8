"""What the pages show, as plain values: nothing in a page is worked out by its template or its script."""

from __future__ import annotations

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.grammar.tag_name import Kind


class ApprovalRow(Record):
    """What somebody says of a tag. `entries` of the policy name them; `problem` is why it does not count."""

    principal: str
    verdict: str
    time: int
    reason: str
    entries: Sequence[str]
    problem: str | None = None


class EventRow(Record):
    """What one tag did. `version` is the one that it is about, as text; None where it is about none.

    `approvals` are what people said of it, where a policy asked them.
    """

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
    approvals: Sequence[ApprovalRow] = ()


class ShownContents(Record):
    """What a version is made of. `rows` are what each thing is, its name, its value, and what says so.

    `metrics` are those that have a column, name and value; `notes` are sentences on what is not known.
    """

    metrics: Sequence[tuple[str, str]] = ()
    rows: Sequence[tuple[str, str, str, str]] = ()
    notes: Sequence[str] = ()


class VersionRow(Record):
    """One version. `registered` is its registration, `ended` what took it out of the registry, None while it is in."""

    number: int
    version: str
    active: bool
    stages: Sequence[str]
    registered: EventRow
    trailers: Sequence[tuple[str, str]]
    ended: EventRow | None
    made: ShownContents = ShownContents()


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


class ComparedItem(Record):
    """Something that versions hold: its different values as text, and by version the place of its own among them.

    `changes` tell how two of the values differ, the older one first; empty where
    that is not said. Without `texts`, as of a file of the code, it is only known
    whether it is the same.
    """

    what: str
    name: str
    texts: Sequence[str | None]
    places: Sequence[int]
    changes: Sequence[Sequence[str]]


class Comparison(Record):
    """All versions of a model side by side.

    `commits` are the places of the versions' commits among the different ones.
    `added` tells by two such places how many commits the second has that the
    first has not; it is empty where that is not known.
    """

    items: Sequence[ComparedItem]
    commits: Sequence[int]
    added: Sequence[Sequence[int]] = ()
    notes: Sequence[str] = ()


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
    comparison: Comparison | None = None


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


class ProposalRow(Record):
    """A tag that waits for approvals. `moves` are what becomes of stages, `lacks` what is missing of which entry.

    `state` is as `tagwarden proposals` has it; `because` says why it does not land as it is.
    """

    oid: str
    tag: str
    model: str
    commit: str
    time: int
    by: str
    message: str
    moves: Sequence[tuple[str, str, str]]
    approvals: Sequence[ApprovalRow]
    state: str
    because: str | None


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
    proposals: Sequence[ProposalRow] = ()
