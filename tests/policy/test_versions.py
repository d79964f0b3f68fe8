"""`v`-SemVer, held against the official lists of semver.org and python-semver."""

from __future__ import annotations

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from tagwarden.policy.grammar.versions import MOST_DIGITS, parse_version

# The lists behind the regular expression that semver.org proposes (FAQ).
VALID = """\
0.0.4 1.2.3 10.20.30 1.1.2-prerelease+meta 1.1.2+meta 1.1.2+meta-valid 1.0.0-alpha 1.0.0-beta
1.0.0-alpha.beta 1.0.0-alpha.beta.1 1.0.0-alpha.1 1.0.0-alpha0.valid 1.0.0-alpha.0valid
1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay 1.0.0-rc.1+build.1 2.0.0-rc.1+build.123 1.2.3-beta
10.2.3-DEV-SNAPSHOT 1.2.3-SNAPSHOT-123 1.0.0 2.0.0 1.1.7 2.0.0+build.1848 2.0.1-alpha.1227 1.0.0-alpha+beta
1.2.3----RC-SNAPSHOT.12.9.1--.12+788 1.2.3----R-S.12.9.1--.12+meta 1.2.3----RC-SNAPSHOT.12.9.1--.12
1.0.0+0.build.1-rc.10000aaa-kk-0.1 99999999999999999999999.999999999999999999.99999999999999999 1.0.0-0A.is.legal"""

INVALID = """1 1.2 1.2.3-0123 1.2.3-0123.0123 1.1.2+.123 +invalid -invalid -invalid+invalid -invalid.01 alpha alpha.beta
alpha.beta.1 alpha.1 alpha+beta alpha_beta alpha. alpha.. beta 1.0.0-alpha_beta -alpha. 1.0.0-alpha.. 1.0.0-alpha..1
1.0.0-alpha...1 1.0.0-alpha....1 1.0.0-alpha.....1 1.0.0-alpha......1 1.0.0-alpha.......1 01.1.1 1.01.1 1.1.01 1.2.3.DEV
1.2-SNAPSHOT 1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788 1.2-RC-SNAPSHOT -1.0.3-gamma+b7718 +justmeta 9.8.7+meta+meta
9.8.7-whatever+meta+meta
99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1--------------------------------..12"""


@pytest.mark.parametrize("text", VALID.split())
def test_what_semver_org_calls_valid_is_read_and_written_back(text):
    assert str(parse_version(f"v{text}")) == f"v{text}"


@pytest.mark.parametrize("text", INVALID.split())
def test_what_semver_org_calls_invalid_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        parse_version(f"v{text}")


def test_the_order_is_the_one_of_the_specification():
    # SemVer 2.0.0 §11.4.
    texts = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1"
    keys = [parse_version(f"v{text}").precedence for text in [*texts.split(), "1.0.0", "2.0.0", "2.1.0", "2.1.1"]]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


identifiers = st.lists(st.sampled_from(["0", "1", "2", "10", "rc", "alpha", "beta", "a-b", "-", "A", "1a"]), max_size=3)
versions = st.builds(
    lambda numbers, pre, build: (
        ".".join(map(str, numbers)) + ("-" + ".".join(pre) if pre else "") + ("+" + ".".join(build) if build else "")
    ),
    st.tuples(*[st.integers(0, 3)] * 3),
    identifiers,
    identifiers,
)


@given(versions, versions)
def test_any_two_versions_compare_as_python_semver_compares_them(one, other):
    ours = [parse_version(f"v{text}").precedence for text in (one, other)]
    theirs = semver.Version.parse(one).compare(other)
    assert (ours[0] > ours[1]) - (ours[0] < ours[1]) == theirs


def test_a_number_of_a_version_has_as_many_digits_as_a_file_system_can_store() -> None:
    assert parse_version(f"v{'9' * MOST_DIGITS}.0.0").major == 10**MOST_DIGITS - 1
    with pytest.raises(ValueError, match="digits"):
        parse_version(f"v{'9' * (MOST_DIGITS + 1)}.0.0")
