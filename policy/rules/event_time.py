"""Refuses events that are dated before what they follow, or in the future.

GTO orders a model's events by tagger time, in whole seconds, and resolves ties
wrongly. Therefore

- a deregistration must be later than the registration, and not earlier than any
  assignment or unassignment of the version;
- an assignment must be later than the other assignments of the stage that are in
  force, and later than the version's last unassignment;
- an unassignment must be later than the assignment;
- a deprecation must be later than everything before it, including the commits of
  the model's versions (GTO counts their dates as events), and everything else
  must be later than the deprecation;
- nothing may be later than the judge's clock plus `time.max-skew`.

Fix: correct the clock and recreate the tag at least a second later. If the event
that it must follow is dated in the future, wait until then.
"""

from __future__ import annotations

from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..registry.replay import ReplayedEvent

OPTIONS = ("time.max-skew",)
WHY = "GTO orders events by these times, so it would read them in the wrong order."


def check(facts: ModelFacts) -> Iterator[Breach]:
    limit = facts.circumstances.now + facts.settings.time.max_skew
    excused = (
        _assignments_after_an_end(facts) | _ends_between_registrations(facts)
        if facts.circumstances.place == "history"
        else frozenset()
    )
    for replayed in facts.events:
        event, follows = replayed.event, replayed.follows
        if event.time > limit:
            now = facts.circumstances.now
            # A planned tag is dated one second after the event that it must follow, or now.
            after = event.time - 1 if facts.circumstances.tag_state == "planned" else now - 1
            yield _breach(
                f"{replayed.push.tag!r} is dated {date(event.time)}, {_span(event.time - now)} from now"
                f" ({_clock(facts)})",
                replayed,
                facts,
                after,
                "time.max-skew",
            )
        elif follows is not None and event.time <= follows.time and event.tag not in excused:
            order = "in the same second as" if event.time == follows.time else "before"
            yield _breach(
                f"{replayed.push.tag!r} is dated {date(event.time)},"
                f" {order} {follows.tag!r} ({date(follows.time)}), which it must follow",
                replayed,
                facts,
                follows.time,
            )
        elif replayed.retires:
            yield from _later_commit(replayed, facts)


def _clock(facts: ModelFacts) -> str:
    now = date(facts.circumstances.now)
    if facts.circumstances.place != "server":
        return f"the clock here says {now}"
    # It is not known which of the two clocks is wrong. If it is the server's, no new tag helps.
    return f"the server's clock says {now}; if yours (`date -u`) is right, the server's must be corrected"


def _assignments_after_an_end(facts: ModelFacts) -> frozenset[str]:
    """Assignments that may be in the same second as the one they follow, because that one may have ended before.

    A push is judged by what is in force when it arrives. In an audit, that has to be inferred from later events.
    """
    from ..registry.before import ends_of_assignments, has_ended

    ends = ends_of_assignments(replayed.event for replayed in facts.events)
    return frozenset(
        replayed.event.tag
        for replayed in facts.events
        if (follows := replayed.follows) is not None
        and replayed.event.name.kind == follows.name.kind == "assign"
        and replayed.event.time == follows.time
        and has_ended(follows, ends)
    )


def _ends_between_registrations(facts: ModelFacts) -> frozenset[str]:
    """Deregistrations between two registrations of their version: it is the second registration that is wrong."""
    times: dict[tuple[str, str], list[int]] = {}
    for replayed in facts.events:
        if replayed.event.name.kind == "register":
            times.setdefault((str(replayed.event.name.version), replayed.event.commit), []).append(replayed.event.time)
    ends = (replayed.event for replayed in facts.events if replayed.event.name.kind == "deregister")
    return frozenset(
        event.tag
        for event in ends
        if (registered := times.get((str(event.name.version), event.commit)))
        and min(registered) < event.time < max(registered)
    )


def _later_commit(replayed: ReplayedEvent, facts: ModelFacts) -> Iterator[Breach]:
    targets = [facts.targets[commit] for commit in facts.history.commits() if commit in facts.targets]
    dated = [(target.commit.time, target.oid) for target in targets if target.commit]
    newest, oid = max(dated, default=(-1, ""))
    if replayed.event.time <= newest:
        from ..wording import short_id

        yield _breach(
            f"{replayed.push.tag!r} is dated {date(replayed.event.time)},"
            f" not later than the commit {short_id(oid)} ({date(newest)}), whose date would end the deprecation in GTO",
            replayed,
            facts,
            newest,
        )


def _breach(
    message: str, replayed: ReplayedEvent, facts: ModelFacts, after: int, key: str = "rules.event-time"
) -> Breach:
    """The breach, with the command that recreates the tag, which must be dated later than the second `after`.

    If `after` is not yet over, the message says instead when to try again.
    """
    fix = None
    if after >= facts.circumstances.now and facts.circumstances.tag_state != "landed":
        message += f"; try again after {date(after)}"
    elif facts.circumstances.tag_state != "planned":
        from ..facts.fix import recreating_command

        fix = recreating_command(facts, replayed.push)
    return Breach(message, replayed.push.ref, facts.model, key, fix)


def date(seconds: int) -> str:
    """The time as ISO 8601 in UTC, or `second N` if there is no such date."""
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return f"second {seconds}"


def _span(seconds: int) -> str:
    for name, length in (("years", 31557600), ("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {name}"
    return f"{seconds} seconds"


ONE = ("churn@v1.0.0 on c1 at 10", "churn#prod on c1 at 20")
EXAMPLES = (
    accepted("a later assignment", "churn#prod#2 on c1 at 21", existing=ONE),
    refused("an assignment in the same second", "churn#prod#2 on c1 at 20", existing=ONE),
    refused("an assignment before the one in force", "churn#prod#2 on c1 at 15", existing=ONE),
    accepted("another stage in the same second", "churn#dev on c1 at 20", existing=ONE),
    accepted("a registration and an assignment in the same second", "churn@v1.0.0 at 5", "churn#prod at 5"),
    refused("a deregistration before its registration", "churn@v1.0.0! on c1 at 9", existing=ONE),
    refused("a deregistration before an assignment", "churn@v1.0.0! on c1 at 19", existing=ONE),
    accepted("a deregistration in the same second as an assignment", "churn@v1.0.0! on c1 at 20", existing=ONE),
    refused(
        "a deregistration before an unassignment",
        "churn@v1.0.0! on c1 at 29",
        existing=(*ONE, "churn#prod! on c1 at 30"),
    ),
    refused("an unassignment in the same second as the assignment", "churn#prod! on c1 at 20", existing=ONE),
    refused("a deprecation before the last event", "churn@deprecated on c1 at 19", existing=ONE),
    refused(
        "an event in the same second as a deprecation",
        "churn#dev on c1 at 30",
        existing=(*ONE, "churn@deprecated on c1 at 30"),
    ),
    refused(
        "a deprecation before the date of a version's commit",
        "churn@deprecated on c2 at 40",
        existing=("churn@v1.0.0 on c1 at 10 committed 50",),
    ),
    refused("a date in the future", "churn@v1.0.0 at 2000000000"),
)
