"""Points in time as people write them."""

from __future__ import annotations

import pytest

from tagwarden.policy.moments import read_moment

NOON = 1_795_262_400  # 2026-11-21T12:00:00Z
MIDNIGHT = NOON - 12 * 3600


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("now", 5_000_000_000),
        ("2026-11-21T12:00:00Z", NOON),
        ("2026-11-21T12:00Z", NOON),
        ("2026-11-21 12:00:00", NOON),
        ("2026-11-21T13:00+01:00", NOON),
        ("2026-11-21 06:30:00 -0530", NOON),
        ("2026-11-21T12:00:00.999Z", NOON),
        (" 2026-11-21T12:00Z\n", NOON),
        ("2026-11-21", MIDNIGHT + 86399),
        ("20261121", MIDNIGHT + 86399),
        ("7d", 5_000_000_000 - 7 * 86400),
        ("2w", 5_000_000_000 - 14 * 86400),
        ("90s", 5_000_000_000 - 90),
        ("999999d", 0),
    ],
)
def test_a_moment_is_read(text: str, seconds: int) -> None:
    assert read_moment(text, now=5_000_000_000, day="last") == seconds


def test_a_day_is_its_last_second_or_its_first() -> None:
    assert read_moment("2026-11-21", now=0, day="first") == MIDNIGHT
    assert read_moment("2026-11-21T00:00", now=0, day="last") == MIDNIGHT


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "21.11.2026", "2026-13-01", "2026-11-31", "d", "-7d", "7 d", "\u0667d", "2026-11-21T25Z"],
)
def test_what_is_no_time_is_refused_with_what_can_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time; write 2026-11-21,"):
        read_moment(text, now=0, day="last")


def test_a_time_before_git_is_refused() -> None:
    with pytest.raises(ValueError, match="is before 1970"):
        read_moment("1969-12-31", now=0, day="first")
