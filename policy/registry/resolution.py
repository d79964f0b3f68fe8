"""Answers the queries that scripts ask of the registry."""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..record import Record
from .event import read_event
from .history import ModelHistory, greatest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..grammar.query import Query
    from ..grammar.tag_name import Kind, TagName
    from ..grammar.versions import Version
    from ..push import Tag
    from .event import Event

    NamedTag = tuple[TagName, Tag]


class ModelTags(Record):
    """All tags of one model. `latest_commit` is as in `ModelHistory`: a later commit ends a deprecation."""

    tags: Sequence[NamedTag]
    latest_commit: int

    def events(self) -> list[Event]:
        """The events of the tags that the registry reads."""
        return [event for name, tag in self.tags if (event := read_event(tag, name))]

    def history(self) -> ModelHistory:
        """The model's history."""
        history = ModelHistory(self.events())
        history.latest_commit = self.latest_commit
        return history


class Resolution(Record):
    """The answer to a query.

    `tag` is the tag that it comes from; `current` says whether what the tag did
    still holds. `model` is spelled as in tags. `version` is None for a
    deprecation, and for an assignment on a commit without a version. `time` is
    the tagger's, in seconds since the epoch.
    """

    tag: str
    kind: Kind
    model: str
    version: Version | None
    stage: str | None
    commit: str
    time: int
    current: bool


class Unresolved(LookupError):
    """The query has no answer; the message says why, and what could be asked instead."""


def resolve(query: Query, known: ModelTags, *, deprecated: bool = False) -> Resolution:
    """The answer to `query` about the model whose tags are `known`.

    Raises Unresolved if there is none. A deprecated model has answers only if
    `deprecated` is True, except for queries about a tag.
    """
    history = known.history()
    if query.tag is not None:
        return _of_tag(query.tag, known, history)
    _must_be_in_use(query.model, known, history, deprecated=deprecated)
    if query.about == "stage":
        return _answer(_holders(query.model, query.stage or "", history)[0], history, current=True)
    event = _registration(query, history)
    if event is None:
        raise Unresolved(_no_version(query, history))
    return _answer(event, history, current=True)


def resolve_all(query: Query, known: ModelTags, *, deprecated: bool = False) -> list[Resolution]:
    """Every version in the stage of `query`, the current one first. Raises Unresolved if there is none."""
    history = known.history()
    _must_be_in_use(query.model, known, history, deprecated=deprecated)
    holders = _holders(query.model, query.stage or "", history)
    return [_answer(event, history, current=event is holders[0]) for event in holders]


def _must_be_in_use(model: str, known: ModelTags, history: ModelHistory, *, deprecated: bool) -> None:
    name = gto_spelling(model)
    if not history.has_events:
        unread = f"the registry can read no tag of {name!r}; `tagwarden audit` says why"
        raise Unresolved(unread if known.tags else f"there is no model {name!r}")
    if history.is_deprecated and not deprecated:
        assert history.deprecated is not None
        raise Unresolved(f"the model {name!r} is deprecated ({history.deprecated.tag!r}); --deprecated answers anyway")


def _registration(query: Query, history: ModelHistory) -> Event | None:
    """The registration of the greatest active version that `query` covers."""
    if query.about == "latest":
        return history.latest()
    if query.about == "commit":
        wanted = history.active_version_at(query.commit or "")
        return history.registration(wanted, query.commit or "") if wanted else None
    return greatest_of(
        event
        for event in history.active_registrations()
        if event.name.version and _is_wanted(query, event.name.version)
    )


def _is_wanted(query: Query, version: Version) -> bool:
    if query.about == "stable":
        return not version.prerelease
    return version[: len(query.line)] == query.line if query.about == "line" else version == query.version


def _no_version(query: Query, history: ModelHistory) -> str:
    model, version = gto_spelling(query.model), query.version
    latest = history.latest()
    listed = f"the latest is {latest.name.version}" if latest else "no version of it is active"
    if query.about == "commit":
        return f"no active version of {model!r} is on commit {query.commit}; {listed}"
    if query.about == "stable" and latest:
        return f"every active version of {model!r} is a pre-release; {listed}"
    if query.about == "line":
        line = ".".join(map(str, query.line))
        return f"no version of {model!r} is active in the line {line}.x; {listed}"
    if version is None:
        return f"no version of {model!r} is active"
    if any(event.name.version == version for event in history.registrations):
        return f"version {version} of {model!r} was deregistered; {listed}"
    return f"{model!r} has no version {version}; {listed}"


def _holders(model: str, stage: str, history: ModelHistory) -> list[Event]:
    holders = history.holders(stage)
    if not holders:
        held = sorted(one for one in history.holdings if history.holder(one))
        listed = f"; versions are in {', '.join(held)}" if held else ""
        raise Unresolved(f"no version of {gto_spelling(model)!r} is in {stage!r}{listed}")
    return holders


def _of_tag(tag: str, known: ModelTags, history: ModelHistory) -> Resolution:
    events = known.events()
    event = next((one for one in events if one.tag == tag), None)
    if event is None:
        raise Unresolved(_unreadable(tag, known.tags))
    if not took_effect(event, events, history):
        raise Unresolved(f"the tag {tag!r} changed nothing: {_why_not(event)}")
    return _answer(event, history, current=_is_current(event, history))


def _unreadable(tag: str, tags: Sequence[NamedTag]) -> str:
    found = next((one for _, one in tags if one.name == tag), None)
    if found is None:
        return f"there is no tag {tag!r}"
    if found.object is None:
        return f"the tag {tag!r} is lightweight, so the registry does not read it"
    if found.object.name != tag:
        return f"the tag {tag!r} has a tag object named {found.object.name!r}, so the registry does not read it"
    if found.object.target_type != "commit":
        return f"the tag {tag!r} points at a {found.object.target_type}, not at a commit"
    defects = "; ".join(found.object.defects)
    return f"the tag {tag!r} can't be read: {defects}"


def took_effect(event: Event, events: Sequence[Event], history: ModelHistory) -> bool:
    """Whether `event` changed anything in the registry; `events` and `history` are the whole model's.

    Deregistering a version that was not registered, unassigning a stage that was
    not assigned, and assigning a version that was already deregistered change
    nothing. An assignment with an earlier date than its registration has an
    effect, because GTO applies registrations first.
    """
    kind = event.name.kind
    if kind in ("register", "deprecate"):
        return True
    before = ModelHistory(
        other for other in events if other is not event and (other.time <= event.time or other.name.kind == "register")
    )
    if kind == "deregister":
        registered = before.registration(event.name.version, event.commit) if event.name.version else None
        return registered is not None and registered.time <= event.time
    if kind == "unassign":
        assigned = before.holding(event.name.stage or "", event.commit).assigned
        return assigned is not None
    return before.active_version_at(event.commit) is not None or not history.versions_at(event.commit)


def _why_not(event: Event) -> str:
    if event.name.kind == "deregister":
        return f"{event.name.version} was not registered on commit {event.commit}"
    if event.name.kind == "unassign":
        return f"the version on commit {event.commit} was not in {event.name.stage!r}"
    return f"the version on commit {event.commit} was deregistered by then"


def _is_current(event: Event, history: ModelHistory) -> bool:
    name = event.name
    if name.version is not None:
        return history.is_active(name.version, event.commit) == (name.kind == "register")
    if name.stage is None:
        return history.is_deprecated
    if name.kind == "assign":
        return history.holder(name.stage) == event
    return not history.is_in_force(name.stage, event.commit)


def _answer(event: Event, history: ModelHistory, *, current: bool) -> Resolution:
    name = event.name
    version = name.version
    if name.stage is not None:
        version = version_on(event.commit, history)
    return Resolution(event.tag, name.kind, name.model, version, name.stage, event.commit, event.time, current)


def held_by(event: Event | None, history: ModelHistory) -> str | None:
    """What a stage holds by the assignment `event`: the version on its commit, or the commit itself if it has none.

    None if `event` is None.
    """
    return None if event is None else str(version_on(event.commit, history) or event.commit)


def version_on(commit: str, history: ModelHistory) -> Version | None:
    """The version that events on `commit` are about: the active one, otherwise the last one registered there."""
    active = history.active_version_at(commit)
    if active is not None:
        return active
    registered = history.registrations_at.get(commit, [])
    last = max(registered, key=lambda event: event.time, default=None)
    return last.name.version if last else None
