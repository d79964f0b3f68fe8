"""Collects what the tags say about one model: what `show`, `history` and `resolve` print, with the reasons."""

from __future__ import annotations

from ..policy.grammar.names import gto_spelling
from ..policy.record import Record
from ..policy.registry.event import read_event
from ..policy.registry.history import greatest_of
from ..policy.registry.journal import in_time_order, journal_of
from ..policy.registry.overview import version_lines
from .records import EventRow, ModelFacts, ShownContents, StageRow, Superseded, VersionRow
from .timeline import Change, intervals_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..policy.grammar.tag_name import TagName
    from ..policy.push import Tag
    from ..policy.registry.event import Event
    from ..policy.registry.history import ModelHistory
    from ..policy.registry.journal import JournalEntry
    from ..policy.registry.resolution import ModelTags
    from .landings import Landings
    from .records import ApprovalRow, FindingRow, Interval

    NamedTag = tuple[TagName, Tag]


NOTHING = ShownContents()


class Past(Record):
    """What the push log knows about a model's tags, with the tags that it names but that no longer exist.

    `lost` are tags whose objects Git has removed.
    """

    landings: Landings
    other_tags: Sequence[NamedTag]
    lost: frozenset[str]


def model_facts(
    known: ModelTags,
    declared: Sequence[str] = (),
    findings: Sequence[FindingRow] = (),
    past: Past | None = None,
    contents: Mapping[str, ShownContents] = {},
    approvals: Mapping[str, Sequence[ApprovalRow]] = {},
) -> ModelFacts | None:
    """The facts about the model with the tags `known`, None if none of its tags is an event.

    `declared` are the stages that the repository knows; others come after them.
    `past` is what the server's push log knows about when the tags came. `contents`
    are the contents of versions, and `approvals` the endorsements of events, both
    by tag.
    """
    events = known.events()
    if not events:
        return None
    history = known.history()
    entries = in_time_order(journal_of(known.tags))
    rows = {entry.event.tag: _event_row(entry, approvals.get(entry.event.tag, ())) for entry in entries}
    trailers = {entry.event.tag: entry.trailers for entry in entries}
    intervals = intervals_of(events) if past is None else _intervals_by_log(known.tags, past)
    latest = history.latest()
    return ModelFacts(
        gto_spelling(events[0].name.model),
        str(latest.name.version) if latest else None,
        _stable(history),
        rows[history.deprecated.tag] if history.is_deprecated and history.deprecated else None,
        _versions(history, rows, trailers, contents),
        [_stage(stage, history, rows, events, intervals) for stage in _stages(history, declared)],
        intervals,
        [*rows.values()][::-1],
        findings,
        past.landings.begins if past is not None else None,
        sorted(past.lost) if past is not None else (),
    )


def _intervals_by_log(tags: Sequence[NamedTag], past: Past) -> list[Interval]:
    """What each stage held when, determined as for `--at` (tagwarden.repository.past)."""
    begins, histories = past.landings.begins, past.landings.histories.get(tags[0][0].model, {})
    read = {(tag.name, tag.oid): read_event(tag, name) for name, tag in (*tags, *past.other_tags)}
    # The log decides about its tags from its beginning on. Before that, and for all other tags, the dates decide.
    moments: dict[int, list[tuple[str, Event | None]]] = {}

    def note(moment: int, name: str, oid: str | None) -> None:
        moments.setdefault(moment, []).append((name, read.get((name, oid)) if oid is not None else None))

    for name, tag_history in histories.items():
        found = read.get((name, tag_history.first)) if tag_history.first is not None else None
        if found is not None:
            note(min(found.time, begins), name, tag_history.first)
        for moment, oid in tag_history.later:
            note(moment, name, oid)
    for _, tag in tags:
        found = read[tag.name, tag.oid]
        if tag.name not in histories and found is not None:
            note(found.time, tag.name, tag.oid)
    events = [event for event in read.values() if event is not None]
    return intervals_of(events, _changes(moments))


def _changes(moments: Mapping[int, Sequence[tuple[str, Event | None]]]) -> Iterator[Change]:
    counting: dict[str, Event] = {}
    for moment in sorted(moments):
        before = dict(counting)
        for name, event in moments[moment]:
            if event is None:
                counting.pop(name, None)
            else:
                counting[name] = event
        touched = {name for name, _ in moments[moment] if before.get(name) != counting.get(name)}
        came = [counting[name] for name in sorted(touched) if name in counting]
        went = [before[name] for name in sorted(touched) if name in before]
        if came or went:
            yield Change(moment, came, went)


def _event_row(entry: JournalEntry, approvals: Sequence[ApprovalRow]) -> EventRow:
    event = entry.event
    return EventRow(
        event.time,
        event.name.kind,
        str(entry.version) if entry.version else None,
        entry.number,
        event.name.stage,
        event.commit,
        event.tag,
        entry.tagger.name,
        entry.tagger.email,
        entry.message,
        approvals,
    )


def _stable(history: ModelHistory) -> str | None:
    releases = (
        event for event in history.active_registrations() if event.name.version and not event.name.version.prerelease
    )
    found = greatest_of(releases)
    return str(found.name.version) if found else None


def _versions(
    history: ModelHistory,
    rows: Mapping[str, EventRow],
    trailers: Mapping[str, Sequence[tuple[str, str]]],
    contents: Mapping[str, ShownContents],
) -> list[VersionRow]:
    shown = []
    for line in version_lines(history):
        ended = None if line.active else history.deregistration(line.version, line.commit)
        shown.append(
            VersionRow(
                line.number,
                str(line.version),
                line.active,
                line.stages,
                rows[line.tag],
                trailers[line.tag],
                rows[ended.tag] if ended else None,
                contents.get(line.tag, NOTHING),
            )
        )
    return shown


def _stages(history: ModelHistory, declared: Sequence[str]) -> list[str]:
    """The declared stages that this model ever had, in their order, then its other stages by name."""
    known = [stage for stage in declared if stage in history.holdings]
    return known + sorted(history.holdings.keys() - set(known))


def _stage(
    stage: str,
    history: ModelHistory,
    rows: Mapping[str, EventRow],
    events: Iterable[Event],
    intervals: Sequence[Interval],
) -> StageRow:
    holder = history.holder(stage)
    running = next((one for one in intervals if one.what == f"#{stage}" and one.until is None), None)
    beyond = holder.time if holder is not None else None
    later = [
        event
        for event in events
        if event.name.kind == "assign" and event.name.stage == stage and (beyond is None or event.time > beyond)
    ]
    newest_first = sorted(later, key=lambda event: (event.time, event.tag), reverse=True)
    fell_back = [Superseded(rows[event.tag], _ended(event, stage, history, rows)) for event in newest_first]
    return StageRow(stage, rows[holder.tag] if holder else None, running.start if running else 0, fell_back)


def _ended(event: Event, stage: str, history: ModelHistory, rows: Mapping[str, EventRow]) -> EventRow | None:
    """What took the assigned version out of the stage: an unassignment, or the version's deregistration."""
    unassigned = history.holding(stage, event.commit).unassigned
    if unassigned is not None and unassigned.time >= event.time:
        return rows[unassigned.tag]
    ends = [
        end
        for registration in history.registrations_at.get(event.commit, ())
        if registration.name.version and (end := history.deregistration(registration.name.version, event.commit))
    ]
    return rows[max(ends, key=lambda end: end.time).tag] if ends else None
