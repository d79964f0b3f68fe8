"""Emergencies: `git push -o tagwarden.emergency="RULE: REASON"` lets permitted people break a rule.

`[emergency]` in the policy says who may break which rules this way; it can name
only rules whose breach leaves the registry readable. The breach is still
reported and logged, but does not refuse the push. A request that is not granted
changes nothing.
"""

from __future__ import annotations

from ..people import Person, find_in
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..file.policy import Policy

OPTION = "tagwarden.emergency"


class GrantedEmergencies(Record):
    """The emergencies that were granted: `reasons` maps each rule that may be broken to the pusher's reason.

    `notes` are sentences for the pusher about requests that were not granted.
    """

    reasons: Mapping[str, str]
    notes: tuple[str, ...]


def grant(options: Iterable[str], policy: Policy, pusher: str | None) -> GrantedEmergencies:
    """The emergencies among a push's `options` that `policy` grants to the authenticated `pusher` (None: unknown)."""
    reasons: dict[str, str] = {}
    notes: list[str] = []
    for option in options:
        name, equals, value = option.partition("=")
        if name != OPTION:
            continue
        rule, colon, reason = value.partition(":")
        rule, reason = rule.strip(), reason.strip()
        problem = _problem(rule, reason, policy, pusher)
        if problem is None:
            reasons[rule] = f"{reasons[rule]}; {reason}" if rule in reasons else reason
        else:
            asked = f"{name}{equals}{rule}{colon}"
            notes.append(f"the option {asked!r} does not count: {problem}")
    return GrantedEmergencies(reasons, tuple(notes))


def notes_on(used: Mapping[str, str], pusher: str | None) -> tuple[str, ...]:
    """A sentence for the pusher about each emergency in `used`, which maps broken rules to reasons."""
    return tuple(
        f"{rule} does not refuse this push, because {pusher!r} declared an emergency; it is logged with the "
        f"reason {reason!r}"
        for rule, reason in used.items()
    )


def _problem(rule: str, reason: str, policy: Policy, pusher: str | None) -> str | None:
    if not rule or not reason:
        return f'it must name a rule and a reason, as in {OPTION}="version-order: reason"'
    if rule not in policy.emergency.rules:
        listed = ", ".join(policy.emergency.rules) or "no rule"
        return f"emergency.rules lists {listed}"
    if pusher is None:
        return "the pusher is not known"
    if find_in(policy.emergency.who, Person(pusher), policy.people.groups) is None:
        return f"emergency.who does not name {pusher!r}"
    return None
