"""Which names of models and stages may be slips for others."""

from __future__ import annotations

import pytest

from tagwarden.policy.grammar.near_names import near_name


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
