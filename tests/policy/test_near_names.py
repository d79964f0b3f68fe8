"""Which names of models and stages may be slips for others."""

from __future__ import annotations

import re

import pytest

from support.examples import judge_example
from tagwarden.policy.grammar.near_names import globs_of_near_names, near_name
from tagwarden.policy.rules.contract import Example

LISTED = '[models]\nnames = ["churn", "cv:seg", "nlp-?y"]\n'


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("chrun", "churn"),
        ("chun", "churn"),
        ("churns", "churn"),
        ("cburn", "churn"),
        ("hcurn", "churn"),
        ("churnn", "churn"),
        ("Churn", "churn"),
        ("CHRUN", "churn"),
        ("cv/seg", "cv=seg"),
        ("cv=sge", "cv/seg"),
        ("prdo", "prod"),
        ("pro", "prod"),
        ("xprod", "prod"),
    ],
)
def test_one_slip_is_near(name: str, other: str) -> None:
    assert near_name(name, ["unlike", other]) == other
    assert near_name(other, [name]) == name


@pytest.mark.parametrize("name", ["qa", "Pro", "prod", "cv=seg", "churn", "a/b=c1"])
def test_globs_match_every_near_name(name: str) -> None:
    patterns = [re.compile(glob.replace("*", ".*")) for glob in globs_of_near_names(name)]

    def is_matched(other: str) -> bool:
        return any(pattern.fullmatch(other) for pattern in patterns)

    near = {other for other in _one_edit_away(name) if near_name(name, [other])}
    assert len(near) >= len(name) - 1
    assert all(is_matched(other) for other in near)
    assert not is_matched("unlike-any")


def _one_edit_away(name: str) -> set[str]:
    found = {name.swapcase(), name.replace("/", "="), name.replace("=", "/")}
    for i in range(len(name) + 1):
        before, after = name[:i], name[i:]
        found |= {before + letter + after for letter in "axZ-/"}
        found |= {before + letter + after[1:] for letter in ("", "a", "X", "/")}
        found.add(before + after[1:2] + after[:1] + after[2:])
    return found


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("churn", "churn"),
        ("churn", "fraud"),
        ("chrnu", "churn"),
        ("churns", "chrun"),
        ("model1", "model2"),
        ("resnet50", "resnet5"),
        ("v10", "v1"),
        ("qa", "pa"),
        ("a", "b"),
        ("us-east-1", "us-east-2"),
        ("", "abc"),
    ],
)
def test_other_names_are_not(name: str, other: str) -> None:
    assert near_name(name, [other]) is None


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("chrun@v1.0.0", "; did you mean 'churn'?"),
        ("cv/seg@v1.0.0", "; did you mean 'cv:seg'?"),
        ("nlp-x@v1.0.0", ""),
    ],
)
def test_who_misspells_a_model_is_asked_which_of_the_policys_was_meant(tag: str, hint: str) -> None:
    found = {one.rule: one for one in judge_example(Example("", (tag,), True, (), LISTED)).findings}

    assert found["model-known"].message.endswith(f"in models.names (churn, cv:seg, nlp-?y){hint}")
    assert found["model-known"].fix == f"git tag -d {tag}"
