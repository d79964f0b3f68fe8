"""Compares lines of the push log with the refs: which updates of each push have landed?"""

from __future__ import annotations

from ...policy.grammar.names import TAGS
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...policy.push import RefUpdate
    from ..pusher import Pusher


class Logged(Record):
    """A line about a push with which Git was told to go on.

    `found` are the rules that the push was already known to break, each with the
    ref. `time` is when it was logged, in seconds since 1970.
    """

    number: int
    hook: str
    pusher: Pusher
    updates: Sequence[RefUpdate]
    found: frozenset[tuple[str, str | None]]
    guarded: bool
    time: float


class Landing(Record):
    """The updates of a push that `landed`, and those that are `missing`."""

    landed: Sequence[RefUpdate]
    missing: Sequence[RefUpdate]


def landings_of(
    lines: Sequence[Logged], current: Mapping[str, str], contains: Callable[[str, str], bool]
) -> list[Landing]:
    """Which updates of each of `lines` landed, in the order of the log.

    `current` maps the existing refs to their ids. The `old` of a later line was
    checked (`claims.py`): it is the ref's value after all earlier lines. So later
    pushes to the same ref do not count. A branch may also be moved by pushes that
    are not logged; then `contains(tip, commit)` looks into its history.
    """
    now: dict[str, str | None] = {}
    found = []
    for line in reversed(lines):
        landed: list[RefUpdate] = []
        missing: list[RefUpdate] = []
        for update in line.updates:
            value = now[update.ref] if update.ref in now else current.get(update.ref)
            (landed if _has_landed(update, value, contains) else missing).append(update)
        now.update((update.ref, update.old) for update in line.updates)
        found.append(Landing(landed, missing))
    found.reverse()
    return found


def _has_landed(update: RefUpdate, value: str | None, contains: Callable[[str, str], bool]) -> bool:
    if value == update.new or update.old == update.new:
        return True
    if update.ref.startswith(TAGS):
        return False
    if update.new is None or value is None:
        return update.new is None and value != update.old
    return value != update.old and contains(value, update.new)
