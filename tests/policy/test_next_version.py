"""The version that comes next, and templates of pre-releases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version as SemVer

from tagwarden.policy.grammar.versions import Version, parse_version
from tagwarden.policy.registry.next_version import PreRelease, next_version, render_prerelease

NOON = 1_700_049_600  # 2023-11-15 12:00:00 UTC
MIDNIGHT = 1_700_006_400  # 2023-11-15 00:00:00 UTC


def following(latest: str | None, *more: str, **wish: object) -> str:
    """The version after `latest`, where `more` were registered besides."""
    if isinstance(wish.get("pre"), str):
        wish["pre"] = render_prerelease(str(wish["pre"]), now=NOON)
    taken = [parse_version(text) for text in (*([latest] if latest else []), *more)]
    return str(next_version(parse_version(latest) if latest else None, taken, **wish))


@pytest.mark.parametrize(
    ("latest", "wish", "expected"),
    [
        (None, {}, "v0.0.1"),
        (None, {"bump": "minor"}, "v0.1.0"),
        (None, {"bump": "major"}, "v1.0.0"),
        (None, {"pre": "rc"}, "v0.0.1-rc.1"),
        ("v1.2.3", {}, "v1.2.4"),
        ("v1.2.3", {"bump": "minor"}, "v1.3.0"),
        ("v1.2.3", {"bump": "major"}, "v2.0.0"),
        ("v1.2.3+build.7", {}, "v1.2.4"),
        ("v1.2.3", {"pre": "rc"}, "v1.2.4-rc.1"),
        ("v1.2.4-rc.1", {"pre": "rc"}, "v1.2.4-rc.2"),
        ("v1.2.4-rc.9", {"pre": "rc"}, "v1.2.4-rc.10"),
        ("v1.2.4-rc.2", {}, "v1.2.4"),
        ("v1.2.3", {"pre": "rc", "bump": "minor"}, "v1.3.0-rc.1"),
        ("v1.3.0-rc.1", {"pre": "rc", "bump": "minor"}, "v1.3.0-rc.2"),
        ("v1.3.0-rc.1", {"pre": "rc", "bump": "major"}, "v2.0.0-rc.1"),
        ("v1.3.0-rc.1", {"bump": "minor"}, "v1.3.0"),
        ("v1.3.1-rc.1", {"bump": "minor"}, "v1.4.0"),
        ("v1.3.0-alpha.2", {"pre": "beta"}, "v1.3.0-beta.1"),
        ("v1.3.0-rc.1", {"pre": "beta"}, "v1.3.1-beta.1"),
        ("v1.3.0-rc.1", {"pre": "beta", "above_latest": False}, "v1.3.0-beta.1"),
        ("v1.0.0", {"pre": "exp.{date}.{time}"}, "v1.0.1-exp.20231115.t120000"),
        ("v1.0.1-exp.20231115.t120000", {"pre": "exp.{date}.{time}"}, "v1.0.1-exp.20231115.t120000.1"),
        ("v1.0.1-exp.20231115.t120000.1", {"pre": "exp.{date}.{time}"}, "v1.0.1-exp.20231115.t120000.2"),
    ],
)
def test_the_next_version(latest: str | None, wish: dict[str, object], expected: str) -> None:
    assert following(latest, **wish) == expected


@pytest.mark.parametrize(
    ("latest", "burnt", "wish", "expected"),
    [
        ("v1.0.0", "v1.0.1", {}, "v1.0.2"),
        ("v1.0.0", "v1.1.0", {"bump": "minor"}, "v1.2.0"),
        ("v1.0.0", "v1.0.1+x", {}, "v1.0.2"),
        ("v1.0.1-rc.1", "v1.0.1", {"pre": "rc"}, "v1.0.2-rc.1"),
        ("v1.0.1-rc.1", "v1.0.1-rc.2", {"pre": "rc"}, "v1.0.1-rc.3"),
        (None, "v0.0.1", {}, "v0.0.2"),
    ],
)
def test_a_version_that_was_deregistered_is_not_proposed_again(
    latest: str | None, burnt: str, wish: dict[str, object], expected: str
) -> None:
    assert following(latest, burnt, **wish) == expected


VERSIONS = st.builds(
    Version,
    *[st.integers(0, 3)] * 3,
    st.sampled_from([(), ("rc", "1"), ("rc", "2"), ("beta",), ("9", "x")]),
    st.sampled_from([(), ("b",)]),
)


@given(
    st.lists(VERSIONS, min_size=1),
    st.sampled_from([None, "major", "minor", "patch"]),
    st.sampled_from([None, PreRelease(("rc",)), PreRelease(("0",)), PreRelease(("exp", "t1"), numbered=False)]),
)
def test_what_is_proposed_is_new_and_above_the_latest(taken: list[Version], bump: str | None, pre: object) -> None:
    latest = max(taken, key=lambda version: version.precedence)
    proposed = next_version(latest, taken, bump=bump, pre=pre)

    assert SemVer.parse(str(proposed)[1:]) > SemVer.parse(str(latest)[1:])
    assert proposed.precedence not in {version.precedence for version in taken}
    assert bool(proposed.prerelease) == (pre is not None)


@given(st.integers(0, 253402300799), st.integers(0, 253402300799))
def test_times_are_valid_and_sort_as_they_follow_each_other(one: int, other: int) -> None:
    texts = [".".join(render_prerelease("exp.{date}.{time}", now=now).identifiers) for now in (one, other)]
    versions = [SemVer.parse(f"1.0.0-{text}") for text in texts]

    assert (versions[0] < versions[1]) == (one < other)


def test_a_template_may_have_placeholders_of_its_own() -> None:
    found = render_prerelease("{team}-x.{run}", now=MIDNIGHT, values={"team": "a", "run": "7"})

    assert found == PreRelease(("a-x", "7"), numbered=True)


def test_midnight_has_no_leading_zero() -> None:
    assert render_prerelease("{time}", now=MIDNIGHT).identifiers == ("t000000",)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a..b", "an empty identifier"),
        ("", "an empty identifier"),
        ("{team}", "names {team}; known are {date}, {time}"),
        ("{date:>20}", "names {date}"),
        ("{date!r}", "names {date}"),
        ("{0}", "names {0}"),
        ("{", "can't be read"),
        ("rc_1", "contains '_'"),
        ("rc.01", "the number '01' with a leading zero"),
        ("0{date}", "leading zero"),
        ("9" * 300, "more than 255 digits"),
    ],
)
def test_a_template_that_comes_to_no_version_is_turned_down(template: str, said: str) -> None:
    with pytest.raises(ValueError) as error:
        render_prerelease(template, now=NOON)

    assert said in str(error.value)
