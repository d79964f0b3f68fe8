"""Parses points in time as people write them: ISO 8601, a date, or a duration before now."""

from __future__ import annotations

import datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
A_DAY = 86400
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def read_moment(text: str, *, now: int, day: Literal["first", "last"]) -> int:
    """The time that `text` names, in seconds since the epoch.

    `text` is "now", a date, a date with a time, or a duration before `now` such
    as `7d`. A date means its first or last second, as `day` says. Times without
    a zone are in UTC, so that the answer is the same everywhere. Raises
    ValueError, whose message gives examples of what can be written.
    """
    text = text.strip()
    if text == "now":
        return now
    number, unit = text[:-1], text[-1:]
    if unit in SECONDS_OF and number.isascii() and number.isdigit() and len(number) <= 6:
        return max(0, now - int(number) * SECONDS_OF[unit])
    seconds = _date(text, day)
    if seconds is None:
        seconds = _time(text)
    if seconds is None:
        raise ValueError(f"{text!r} is not a time; write 2026-11-21, 2026-11-21T10:30Z, 2026-11-21T10:30+01:00 or 7d")
    if seconds < 0:
        raise ValueError(f"{text!r} is before 1970, where Git's times begin")
    return seconds


def _date(text: str, day: Literal["first", "last"]) -> int | None:
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    midnight = datetime.datetime.combine(found, datetime.time(), datetime.UTC)
    return _since_epoch(midnight) + (A_DAY - 1 if day == "last" else 0)


def _time(text: str) -> int | None:
    # Git puts a space before the zone: `2026-11-21 10:30:00 +0100`.
    clock, space, zone = text.rpartition(" ")
    if space and zone[:1] in ("+", "-", "Z"):
        text = clock + zone
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return _since_epoch(found if found.tzinfo else found.replace(tzinfo=datetime.UTC))


def _since_epoch(moment: datetime.datetime) -> int:
    return (moment - _EPOCH) // datetime.timedelta(seconds=1)
