"""Which names of models and stages may be slips for others."""

from __future__ import annotations

import pytest

from support.examples import judge_example
from tagwarden.policy.grammar.near_names import near_name
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
