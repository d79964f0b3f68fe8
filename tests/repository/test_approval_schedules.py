"""However people propose, approve, revoke, replay, land and archive: no tag lands without its quorum."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.approval_schedules import play, play_seed

# Each has 25 steps; of so many, some dozens land a tag that needs approvals.
HUNDREDS = 300
ALL = 100_000


@settings(max_examples=60)
@given(st.data())
def test_a_schedule_lands_nothing_without_its_quorum(data: st.DataObject) -> None:
    play(lambda options: data.draw(st.integers(0, options - 1)), 12)


def test_hundreds_of_schedules_land_nothing_without_its_quorum_and_some_things_with_it() -> None:
    landings = sum(play_seed(seed) for seed in range(HUNDREDS))

    assert landings > HUNDREDS / 10


@pytest.mark.thorough
def test_a_hundred_thousand_schedules_land_nothing_without_its_quorum() -> None:
    assert sum(play_seed(seed) for seed in range(ALL)) > ALL / 10
