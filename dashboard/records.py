"""The content of the pages as plain values: no template or script computes anything."""

from __future__ import annotations

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.grammar.tag_name import Kind


class ApprovalRow(Record):
    """An approval or revocation. `entries` are the policy's entries that name the person; `problem` voids it."""

    principal: str
    verdict: str
    time: int
    reason: str
    entries: Sequence[str]
    problem: str | None = None


class EventRow(Record):
    """What one tag did. `version` is the version that it is about, as text; None if it is about none.

    `approvals` are those of the tag, if a policy requires any.
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
    """The contents of a version. `rows` are (kind, name, value, source).

    `metrics` are the (name, value) pairs that have a column; `notes` are sentences on what is unknown.
    """

    metrics: Sequence[tuple[str, str]] = ()
    rows: Sequence[tuple[str, str, str, str]] = ()
    notes: Sequence[str] = ()


class VersionRow(Record):
    """One version. `registered` is its registration, `ended` its deregistration, None while it is registered."""

    number: int
    version: str
    active: bool
    stages: Sequence[str]
    registered: EventRow
    trailers: Sequence[tuple[str, str]]
    ended: EventRow | None
    contents: ShownContents = ShownContents()


class Superseded(Record):
    """A later assignment of a stage that no longer counts, so that the stage fell back; `ended` is what ended it."""

    assigned: EventRow
    ended: EventRow | None


class StageRow(Record):
    """A stage: the assignment that holds it (None if it is empty), and the second since when, without a break.

    `fell_back` are the later assignments that no longer count, newest first.
    """

    stage: str
    holder: EventRow | None
    since: int
    fell_back: Sequence[Superseded]


class Interval(Record):
    """From `start` until before `until` (None: now), `what`, a stage or "latest", was `version` because of `tag`."""

    what: str
    version: str
    start: int
    until: int | None
    tag: str


class FindingRow(Record):
    """A finding of the audit."""

    rule: str
    severity: str
    tag: str | None
    model: str | None
    message: str
    key: str | None
    fix: str | None


class ComparedItem(Record):
    """An item that versions contain: its distinct values as text, and by version the index of its value.

    `changes` say how two of the values differ, the older one first; empty if that
    is not said. Without `texts`, as for a file of the code, it is only known
    whether two versions have the same.
    """

    what: str
    name: str
    texts: Sequence[str | None]
    places: Sequence[int]
    changes: Sequence[Sequence[str]]


class Comparison(Record):
    """All versions of a model side by side.

    `commits` has for each version the index of its commit among the distinct ones.
    `added` says for two such indices how many commits the second has that the
    first lacks; it is empty if that is unknown.
    """

    items: Sequence[ComparedItem]
    commits: Sequence[int]
    added: Sequence[Sequence[int]] = ()
    notes: Sequence[str] = ()


class ModelFacts(Record):
    """The content of one model's page. `stable` is the greatest version that is not a pre-release.

    `log_begins` is the second from which the push log says what existed when, None
    if the tags' dates do. `lost` are tags that once existed but can't be read any
    more.
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
    """A rule of the policy in force, its severity there, and its explanation."""

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
    """What protects a repository: our hook files in it, and the state of its push log.

    `log` has the newest pushes, newest first, None if there is no log; `troubles`
    are what is wrong with it.
    """

    bare: bool
    hooks: Sequence[str]
    log: Sequence[PushRow] | None
    lines: int
    troubles: Sequence[str]


class ProposalRow(Record):
    """An open proposal. `moves` are its effects on stages: the stage, what it holds now, and would hold.

    `state` is as in `tagwarden proposals`; `because` says why it can't land yet.
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
    """All that is known about one repository. `problem` says why it can't be read; nothing else is known then.

    `audited` says whether its tags were judged; `notes` are the audit's.
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
