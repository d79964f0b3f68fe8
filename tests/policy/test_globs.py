"""Globs match as the policy's reference says, and never slowly."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagwarden.policy.grammar.globs import matches, matches_any, matches_model, problem_of

CASES = [
    pytest.param("churn", "churn", True, id="a name matches itself"),
    pytest.param("churn", "churn2", False, id="a name matches nothing longer"),
    pytest.param("churn", "Churn", False, id="case counts"),
    pytest.param("*", "", True, id="a star matches nothing at all"),
    pytest.param("release/*", "release/1/2", True, id="a star matches slashes"),
    pytest.param("*-prod", "eu/west-prod", True, id="a star at the beginning"),
    pytest.param("a*b*c", "a-b-b-c", True, id="several stars"),
    pytest.param("a*b*c", "a-c-b", False, id="several stars in the wrong order"),
    pytest.param("v?", "v1", True, id="a question mark matches one character"),
    pytest.param("v?", "v", False, id="a question mark does not match none"),
    pytest.param("a?b", "a/b", True, id="a question mark matches a slash"),
    pytest.param("[a-cx]1", "b1", True, id="a range"),
    pytest.param("[a-c]", "a", True, id="the lower end of a range"),
    pytest.param("[a-c]", "c", True, id="the upper end of a range"),
    pytest.param("[a-cx]1", "x1", True, id="a member beside a range"),
    pytest.param("[a-cx]1", "d1", False, id="outside of a range"),
    pytest.param("[!a-c]", "d", True, id="a negated set"),
    pytest.param("[^a-c]", "a", False, id="a negated set in the spelling of shells"),
    pytest.param("[]a]", "]", True, id="a bracket that comes first is a member"),
    pytest.param("[a-]", "-", True, id="a dash that comes last is a member"),
    pytest.param("*[0-9]", "model7", True, id="a set after a star"),
]


@pytest.mark.parametrize(("glob", "text", "expected"), CASES)
def test_a_glob_matches(glob: str, text: str, expected: bool) -> None:
    assert matches(glob, text) is expected


@given(st.text("ab/*?", max_size=8), st.text("ab/", max_size=10))
def test_stars_and_question_marks_match_as_in_fnmatch(glob: str, text: str) -> None:
    assert matches(glob, text) == fnmatch.fnmatchcase(text, glob)


@given(st.text("ab*?[]!-", min_size=1, max_size=8), st.text("ab]-", max_size=6))
def test_sets_match_as_in_fnmatch_wherever_nothing_is_wrong_with_them(glob: str, text: str) -> None:
    if problem_of(glob) is None and "-" not in glob:
        assert matches(glob, text) == fnmatch.fnmatchcase(text, glob)


@pytest.mark.parametrize("glob", ["cv:*", "cv=*", "*:seg", "c?=seg"])
@pytest.mark.parametrize("model", ["cv=seg", "cv:seg"])
def test_models_match_in_both_spellings(glob: str, model: str) -> None:
    assert matches_model([glob], model)


def test_one_glob_of_several_is_enough() -> None:
    assert matches_any(["a", "b*"], "bc")
    assert not matches_any(["a", "b*"], "c")
    assert not matches_any([], "c")


@pytest.mark.parametrize(
    ("glob", "problem"),
    [("", "matches nothing"), ("a[b", "never closed"), ("a[]", "never closed"), ("[z-a]", "'z-a' is empty")],
)
def test_what_is_wrong_with_a_glob_is_said(glob: str, problem: str) -> None:
    assert problem in (problem_of(glob) or "")


def test_a_glob_made_to_be_slow_is_not() -> None:
    began = time.process_time()

    assert not matches("*a" * 60 + "b", "a" * 2000)

    assert time.process_time() - began < 2


def test_a_long_list_of_globs_matches_what_its_members_match() -> None:
    globs = (*(f"m{n}" for n in range(30)), "team/*", "cv:*", "x?z", "[ab]*c")
    for text in ("m7", "m31", "team/a", "team", "cv=seg", "cv:seg", "xyz", "xz", "b/c", "c", ""):
        assert matches_any(globs, text) == any(matches(glob, text) for glob in globs)
        assert matches_model(globs, text) == any(matches_model((glob,), text) for glob in globs)
