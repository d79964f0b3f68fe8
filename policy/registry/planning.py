"""Plans the tag that a command will create: its name, commit, message and date, from the model's history."""

from __future__ import annotations

from ..grammar.names import TAGS, gto_spelling
from ..grammar.tag_name import STAGED_KINDS, TagName
from ..push import Tag, TagPush
from ..record import Record
from .event import Event, read_event
from .history import ModelHistory, by_version
from .moved_stages import moved_stages
from .replay import replay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..grammar.versions import Version
    from .next_version import Bump, Line, PreRelease

# `gto assign` and `gto unassign` add a counter to their tags, the other commands don't (GTO 1.10, registry.py).
NUMBERED = frozenset(STAGED_KINDS)

# Seconds. An event that is dated further ahead comes from a wrong clock, not from commands in quick succession.
QUICK_SUCCESSION = 60


class Unplannable(Exception):
    """No such tag can be planned; the message says why, and what could be chosen instead."""


class KnownModel(Record):
    """A model, as its tags describe it. `model` is spelled as in tags.

    `names` are the names of all its tags, including lightweight and unreadable
    ones, whose versions and counters count as taken.
    """

    model: str
    history: ModelHistory
    events: tuple[Event, ...]
    names: tuple[TagName, ...]


class Plan(Record):
    """A tag to create. `name` has no counter yet; `message` is worded as GTO words it.

    `version` is the version that the tag is about, None for a deprecation or a
    commit without a version. `notes` are sentences for the user.
    """

    name: TagName
    commit: str
    version: Version | None
    message: str
    notes: tuple[str, ...] = ()


def known_model(model: str, tags: Iterable[tuple[TagName, Tag]]) -> KnownModel:
    """The model `model` (spelled as in tags), from its tags."""
    found = list(tags)
    events = tuple(event for name, tag in found if (event := read_event(tag, name)))
    return KnownModel(model, ModelHistory(events), events, tuple(name for name, _ in found))


def plan_registration(
    known: KnownModel,
    commit: str,
    *,
    version: Version | None = None,
    bump: Bump | None = None,
    pre: PreRelease | None = None,
    above_latest: bool = True,
    line: Line = (),
) -> Plan:
    """Plan to register `version` on `commit`, or by default the next version of the `line`.

    `bump`, `pre`, `above_latest` and `line` are as in `next_version`. Raises
    Unplannable if the next version would not be in the line, or if `version` is
    already registered on the commit.
    """
    if version is not None and known.history.is_active(version, commit):
        there = next(event for event in known.history.registrations_at[commit] if event.name.version == version)
        raise Unplannable(
            f"{version} of {gto_spelling(known.model)!r} is registered already, on this commit ({there.tag!r})"
        )
    if version is None:
        # Imported here, because python-semver takes long to import and no other command needs it.
        from .next_version import next_version

        taken = [name.version for name in known.names if name.kind == "register" and name.version]
        active = [event.name.version for event in known.history.active_registrations() if event.name.version]
        of_line = [one for one in active if one[: len(line)] == line]
        current = max(of_line, key=lambda one: one.precedence, default=None)
        version = next_version(current, taken, bump=bump, pre=pre, above_latest=above_latest, line=line)
        if version[: len(line)] != line:
            numbers = ".".join(map(str, line))
            raise Unplannable(f"the next version would be {version}, which is not in the line {numbers}")
    message = f"Registering artifact {gto_spelling(known.model)} version {version}"
    return Plan(TagName(known.model, "register", version), commit, version, message)


def stages_after(known: KnownModel, plan: Plan) -> dict[str, Event | None]:
    """The stages whose version the planned tag would change, with their assignments after it; None: empty."""
    name = plan.name
    time = max((event.time for event in known.events), default=0) + 1
    planned = Event(name.format(), name, plan.commit, time)
    return moved_stages(known.history, ModelHistory([*known.events, planned]))


def with_note_on_deprecation(known: KnownModel, plan: Plan) -> Plan:
    """The plan, with a note if it ends the model's deprecation, as any event does."""
    deprecated = known.history.deprecated if known.history.is_deprecated else None
    if deprecated is None or plan.name.kind == "deprecate":
        return plan
    note = f"{gto_spelling(known.model)!r} is deprecated ({deprecated.tag!r}); this tag ends its deprecation"
    return plan._replace(notes=(*plan.notes, note))


def plan_deregistration(known: KnownModel, version: Version) -> Plan:
    """Plan to deregister `version` on its commit.

    Raises Unplannable if it was never registered, or is already deregistered.
    """
    commit = _commit_of(known, version)
    if not known.history.is_active(version, commit):
        ends = (event for event in known.events if event.name.kind == "deregister" and event.name.version == version)
        last = max(ends, key=lambda event: event.time)
        raise Unplannable(f"{version} of {gto_spelling(known.model)!r} is deregistered already ({last.tag!r})")
    message = f"Deregistering artifact {gto_spelling(known.model)} version {version}"
    return Plan(TagName(known.model, "deregister", version), commit, version, message)


def plan_assignment(
    known: KnownModel,
    stage: str,
    *,
    head: str | None,
    version: Version | None = None,
    origin: str | None = None,
    again: bool = False,
) -> Plan:
    """Plan to assign `stage` to `version`, or to what the stage `origin` holds, or to the version on the commit `head`.

    The first of these three that is given counts. Raises Unplannable if there is
    no such version, or if it already holds the stage and `again` is False.
    """
    history = known.history
    if version is not None:
        commit = _commit_of(known, version)
    elif origin is not None:
        commit = _holder(known, origin).commit
        version = history.active_version_at(commit)
    else:
        version = history.active_version_at(head) if head else None
        if head is None or version is None:
            choice = f"name one with --version: {_choice(known)}"
            raise Unplannable(f"HEAD has no active version of {gto_spelling(known.model)!r}; {choice}")
        commit = head
    newest = history.holder(stage)
    if newest is not None and newest.commit == commit and not again:
        raise Unplannable(
            f"{version or commit} of {gto_spelling(known.model)!r} is in {stage!r} already ({newest.tag!r}); "
            "--force assigns it once more"
        )
    what = f"version {version}" if version else f"commit {commit}"
    message = f"Assigning stage {stage} to artifact {gto_spelling(known.model)} {what}"
    return Plan(TagName(known.model, "assign", stage=stage), commit, version, message)


def plan_unassignment(known: KnownModel, stage: str, *, version: Version | None = None) -> Plan:
    """Plan to take `version`, by default the current holder, out of `stage`.

    Raises Unplannable if there is no such version, or if nothing is in the stage.
    """
    commit = _holder(known, stage).commit if version is None else _commit_of(known, version)
    version = version or known.history.active_version_at(commit)
    message = f"Unassigning stage '{stage}' to artifact '{gto_spelling(known.model)}' version '{version or commit}'"
    return Plan(TagName(known.model, "unassign", stage=stage), commit, version, message)


def plan_deprecation(known: KnownModel) -> Plan:
    """Plan to deprecate the model, on the commit of its last event, as GTO does.

    Raises Unplannable if there is no such model, or if it is already deprecated.
    """
    history = known.history
    on = history.last_sign_of_life
    if on is None:
        raise Unplannable(f"there is no model {gto_spelling(known.model)!r}")
    if history.is_deprecated:
        assert history.deprecated is not None
        raise Unplannable(f"the model {gto_spelling(known.model)!r} is deprecated already ({history.deprecated.tag!r})")
    return Plan(
        TagName(known.model, "deprecate"), on.commit, None, f"Deprecating artifact '{gto_spelling(known.model)}'"
    )


def with_counter(name: TagName, known: KnownModel, *, simple: bool | None) -> TagName:
    """`name` with a counter, one more than the highest of all tags of the model, as in GTO.

    `simple` True leaves the counter out, False adds it. None chooses by kind as
    GTO does, but also adds a counter if the name without one is taken.
    """
    if simple is None:
        simple = name.kind not in NUMBERED and name not in known.names
    if simple:
        return name
    counters = [int(one.counter) for one in known.names if one.counter is not None]
    return name._replace(counter=str(max(counters, default=0) + 1))


def time_of(name: TagName, commit: str, known: KnownModel, *, now: int) -> int:
    """The tagger time for a new tag: now, or one second after the last event that it must follow.

    So commands in quick succession date their tags a few seconds ahead. A new
    tag is never dated before such a tag, even if that is of another kind.
    """
    tag = name.format()
    push = TagPush(TAGS + tag, name, None, None)
    replayed = replay(ModelHistory(known.events), [(push, Event(tag, name, commit, now))])[0]
    # A registration may be below a version that was deregistered: by date, it must come after that deregistration.
    ends = [event.time + 1 for event in known.events if name.kind == "register" and event.name.kind == "deregister"]
    ahead = [event.time for event in known.events if now < event.time <= now + QUICK_SUCCESSION]
    earliest = now if replayed.follows is None else max(now, replayed.follows.time + 1)
    return max([earliest, *ahead, *(end for end in ends if end <= now + QUICK_SUCCESSION)])


def _commit_of(known: KnownModel, version: Version) -> str:
    for event in known.history.active_registrations():
        if event.name.version == version:
            return event.commit
    for event in known.history.registrations:
        if event.name.version == version:
            return event.commit
    raise Unplannable(f"{gto_spelling(known.model)!r} has no version {version}; its versions are: {_choice(known)}")


def _holder(known: KnownModel, stage: str) -> Event:
    event = known.history.holder(stage)
    if event is None:
        held = [
            f"{one} ({known.history.active_version_at(holder.commit) or holder.commit})"
            for one in sorted(known.history.holdings)
            if (holder := known.history.holder(one))
        ]
        listed = f"; there is something in: {', '.join(held)}" if held else ""
        raise Unplannable(f"no version of {gto_spelling(known.model)!r} is in {stage!r}{listed}")
    return event


def _choice(known: KnownModel) -> str:
    registrations = sorted(known.history.active_registrations(), key=by_version, reverse=True)
    ordered = list(dict.fromkeys(event.name.version for event in registrations))
    if not ordered:
        return "(there is none)"
    more = f" or one of {len(ordered) - 5} older" if len(ordered) > 5 else ""
    return ", ".join(map(str, ordered[:5])) + more
