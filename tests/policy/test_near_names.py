"""Which names of models and stages may be slips for others."""

from __future__ import annotations

import pytest

from support.examples import judge_example, oid
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
    ("rule", "tag", "existing", "policy", "meant"),
    [
        ("model-case", "Churn@v1.0.0", ("churn@v0.1.0",), "", "churn"),
        ("model-case", "Churn@deprecated", ("churn@v0.1.0",), "", None),
        ("model-known", "chrun@v1.0.0", (), LISTED, "churn"),
        ("model-known", "cv/seg@v1.0.0", (), LISTED, "cv:seg"),
        ("model-known", "nlp-x@v1.0.0", (), LISTED, None),
    ],
)
def test_the_fix_of_a_misspelt_model_registers_the_one_that_was_meant(
    rule: str, tag: str, existing: tuple[str, ...], policy: str, meant: str | None
) -> None:
    found = {one.rule: one for one in judge_example(Example("", (tag,), True, existing, policy)).findings}

    instead = f" && tagwarden register {meant} {oid('c1')[:12]}" if meant else ""
    assert found[rule].fix == f"git tag -d {tag}{instead}"
