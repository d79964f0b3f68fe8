"""Refuses a version that is not above the latest (of its line).

A new version is compared, by SemVer precedence, with the active versions that
exist before the push. `versions.order` selects them: "latest" means all
versions; "major" those with the same major number; "minor" those with the same
major and minor numbers, so that hotfix lines can continue; "any" none. The
versions of one push are not compared with each other, because `git push --tags`
may bring a whole history.

Fix: register a higher version, or have `versions.order` relaxed for models with
several maintained lines.
"""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..grammar.versions import Precedence, Version
    from ..push import TagPush
    from ..registry.event import Event
    from ..registry.replay import ReplayedEvent

OPTIONS = ("versions.order",)
WHY = "anyone who deploys the latest version would never get this one."

# The number of leading numbers that the versions of a line share.
LINES = {"latest": 0, "major": 1, "minor": 2}


def check(facts: ModelFacts) -> Iterator[Breach]:
    numbers = LINES.get(facts.settings.versions.order)
    if numbers is None:
        return
    if facts.circumstances.place == "history":
        yield from _check_in_time_order(facts, numbers)
        return
    pushed = {replayed.event.tag for replayed in facts.events}
    highest: dict[tuple[int, ...], tuple[Precedence, Version]] = {}
    for event in facts.history.active_registrations(but=pushed):
        version = event.name.version
        if version:
            line, precedence = _line(version, numbers), version.precedence
            if line not in highest or highest[line][0] < precedence:
                highest[line] = precedence, version
    for push, version in facts.new_versions():
        latest = highest.get(_line(version, numbers))
        if latest and version.precedence <= latest[0] and not _is_reported(version, facts):
            yield _breach(facts, push, version, latest[1])


def _is_reported(version: Version, facts: ModelFacts) -> bool:
    """Whether version-once refuses the version already: one mistake gets only one finding."""
    if facts.settings.levels["version-once"] != "error":
        return False
    made = {push.tag for push in facts.made}
    return any(
        event.name.version is not None and event.name.version.precedence == version.precedence
        for event in facts.history.registrations
        if event.tag not in made
    )


def _check_in_time_order(facts: ModelFacts, numbers: int) -> Iterator[Breach]:
    """Check the tags of an audit. Pushes are not known there, so each version is compared with all earlier ones."""
    from heapq import heappop, heappush

    # The order within a second is not known, so the lower version is assumed to come first.
    events = sorted((replayed for replayed in facts.events if replayed.event.name.version), key=_moment)
    # Higher versions have lower numbers, so that the highest is on top of a heap.
    versions = {_version(replayed.event) for replayed in events}
    in_order = sorted(versions, key=lambda version: version.precedence, reverse=True)
    place = {version: number for number, version in enumerate(in_order)}
    heaps: dict[tuple[int, ...], list[int]] = {}
    # By commit, because a deregistration on another commit has no effect.
    active: dict[Version, set[str]] = {}
    for replayed in events:
        kind, version = replayed.event.name.kind, _version(replayed.event)
        if kind == "deregister":
            active.get(version, set()).discard(replayed.event.commit)
        elif kind == "register":
            heap = heaps.setdefault(_line(version, numbers), [])
            # Deregistered versions leave the heap when they come to its top.
            while heap and not active.get(in_order[heap[0]]):
                heappop(heap)
            if heap and version.precedence <= in_order[heap[0]].precedence:
                yield _breach(facts, replayed.push, version, in_order[heap[0]])
            heappush(heap, place[version])
            active.setdefault(version, set()).add(replayed.event.commit)


def _moment(replayed: ReplayedEvent) -> tuple[int, bool, Precedence]:
    return replayed.event.time, replayed.event.name.kind == "deregister", _version(replayed.event).precedence


def _line(version: Version, numbers: int) -> tuple[int, ...]:
    return (version.major, version.minor)[:numbers]


def _version(event: Event) -> Version:
    assert event.name.version is not None
    return event.name.version


def _breach(facts: ModelFacts, push: TagPush, version: Version, latest: Version) -> Breach:
    from ..facts.fix import commit_of, register_command, replacing_commands

    order = facts.settings.versions.order
    of_line = "" if order == "latest" else f" of its {order} line"
    model = gto_spelling(facts.model or "")
    message = f"version {version} of {model!r} is not above {latest}, the latest{of_line}"
    fix = replacing_commands(facts, push.tag, register_command(facts, commit_of(push)))
    if order == "latest" and version.major < latest.major:
        # A fix of an old line or a new version? It is not clear, and the wrong one would make old code the latest.
        message += f'; fixes of v{version.major} need `versions.order = "major"` in the policy'
        fix = fix and f"for a version above {latest}: {fix}"
    return Breach(message, push.ref, facts.model, fix=fix)


THREE = ("churn@v1.0.0 on c1 at 1", "churn@v1.1.0 on c2 at 2", "churn@v2.0.0 on c3 at 3")
EXAMPLES = (
    accepted("above the latest", "churn@v2.0.1 on c4 at 4", existing=THREE),
    accepted("a pre-release of the next version", "churn@v2.1.0-rc.1 on c4 at 4", existing=THREE),
    refused("below the latest", "churn@v1.1.1 on c4 at 4", existing=THREE),
    refused("a pre-release of the latest", "churn@v2.0.0-rc.1 on c4 at 4", existing=THREE),
    accepted(
        "a hotfix of an older line", "churn@v1.1.1 on c4 at 4", existing=THREE, policy='[versions]\norder = "major"\n'
    ),
    refused(
        "below the latest of its line",
        "churn@v1.0.1 on c4 at 4",
        existing=THREE,
        policy='[versions]\norder = "major"\n',
    ),
    accepted(
        "the line of a minor version", "churn@v1.0.1 on c4 at 4", existing=THREE, policy='[versions]\norder = "minor"\n'
    ),
    accepted("any order", "churn@v0.1.0 on c4 at 4", existing=THREE, policy='[versions]\norder = "any"\n'),
    accepted("the latest was deregistered", "churn@v1.2.0 on c4 at 5", existing=(*THREE, "churn@v2.0.0! on c3 at 4")),
    accepted("deregistered in the same push", "churn@v2.0.0! on c3 at 4", "churn@v1.2.0 on c4 at 5", existing=THREE),
    accepted("a whole history in one push", *THREE),
)
