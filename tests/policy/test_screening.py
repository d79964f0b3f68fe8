"""What a screen asks of one model's tags, question by question."""

from __future__ import annotations

import pytest

from support import raw_tag
from tagwarden.policy.screening import Limits, agree, are_above, plain_cores, row_of

LIMITS = Limits(shortest_message=1, largest_body=100, latest=2_000_000_000, in_order=False)
COMMIT = "1" * 40


@pytest.mark.parametrize(
    "standing",
    ["@v1.2.0", "@v1.2.1", "@v1.10.0", "@v2.0.0", "@v1.2.0!", "@v1.2.0#2", "@v1.2.0+x", "@v1.2.1-rc.1", "@deprecated",
     "@deprecated#2"],
)  # fmt: skip
def test_a_version_is_not_above_what_stands_at_its_height_or_higher(standing: str) -> None:
    assert not are_above([(1, 2, 0)], [standing])
    assert not are_above([(3, 0, 0), (1, 2, 0)], ["@v0.1.0", standing])


@pytest.mark.parametrize(
    "standing",
    ["@v1.1.9", "@v0.9.0", "@v1.2.0-rc.1", "@v1.1.0!", "@v1.1.0#7", "#prod", "#v9.0.0", "@nonsense", "@v1.1", ""],
)
def test_a_version_is_above_what_stands_lower_and_what_is_no_version(standing: str) -> None:
    assert are_above([(1, 2, 0)], [standing])


@pytest.mark.parametrize(
    "text", ["@v1.2", "@v01.2.0", "@v1.2.0#1", "@v1.2.0!", "@v1.2.0-rc", "#v1.2.0", "#prod", "@v1.2.-0", "@v1_0.2.0"]
)
def test_a_name_that_is_no_plain_registration_is_not_read_as_one(text: str) -> None:
    assert plain_cores("churn", ["@v1.0.0", text], {}) is None


@pytest.mark.parametrize("model", ["", "-churn", "a//b", "x" * 250, "a..b=c", "chürn"])
def test_nor_is_a_version_of_what_is_no_model(model: str) -> None:
    assert plain_cores(model, ["@v1.0.0"], {}) is None


def test_versions_that_were_read_before_are_known() -> None:
    known: dict[str, tuple[int, int, int] | None] = {}

    assert plain_cores("churn", ["@v1.0.0", "@v1.10.0"], known) == [(1, 0, 0), (1, 10, 0)]
    assert plain_cores("cv=seg", ["@v1.10.0"], known) == [(1, 10, 0)]
    assert plain_cores("fraud", ["@v1.0"], known) is None
    assert plain_cores("fraud", ["@v1.0"], known) is None


def test_a_plain_object_tells_where_and_when() -> None:
    raw = raw_tag(object=COMMIT, tag="churn@v1.0.0", tagger="Ada <ada@example.com> 1600000000 -0330")

    assert row_of(raw, "churn@v1.0.0", (1, 0, 0), LIMITS) == ((1, 0, 0), COMMIT, 1_600_000_000)


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "tree"},
        {"tag": "churn@v1.0.1"},
        {"tagger": "Ada <ada@example.com> 1600000000 +2400"},
        {"tagger": "Ada <ada@example.com> 160000000 +0000"},
        {"tagger": "<ada@example.com> 1600000000 +0000"},
        {"object": "g" * 40},
        {"object": "1" * 41},
        {"message": " \n"},
        {"message": "x" * 101},
        {"message": "tab\x0bulator\n"},
        {"message": "é\n"},
        {"message": "x\n-----BEGIN PGP SIGNATURE-----\n"},
    ],
)
def test_an_object_with_anything_odd_is_left_to_the_judge(odd: dict[str, str]) -> None:
    parts = {"object": COMMIT, "tag": "churn@v1.0.0", "tagger": "Ada <ada@example.com> 1600000000 +0000", **odd}

    assert row_of(raw_tag(**parts), "churn@v1.0.0", (1, 0, 0), LIMITS) is None


ONE, TWO = ((1, 0, 0), "a", 10), ((2, 0, 0), "b", 20)


def test_registrations_agree_that_are_apart_and_not_in_the_future() -> None:
    assert agree([ONE, TWO], {"c"}, LIMITS)
    assert agree([TWO, ONE], set(), LIMITS._replace(in_order=True))


@pytest.mark.parametrize(
    ("rows", "standing", "limits"),
    [
        ([ONE, ((1, 0, 0), "b", 20)], set(), LIMITS),
        ([ONE, ((2, 0, 0), "a", 20)], set(), LIMITS),
        ([ONE, TWO], {"b"}, LIMITS),
        ([ONE, TWO], set(), LIMITS._replace(latest=19)),
        ([ONE, ((2, 0, 0), "b", 9)], set(), LIMITS._replace(in_order=True)),
    ],
)
def test_registrations_do_not_agree_that_share_something_or_come_too_soon(rows, standing, limits) -> None:
    assert not agree(rows, standing, limits)
