"""Every rule does what its examples say, and its documentation is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.examples import judge_example
from tagwarden.policy import rules
from tagwarden.policy.judging import judge
from tagwarden.policy.rules import RULES, load_rule, module_name

ALL = [
    pytest.param(rule, example, id=f"{rule}: {example.title}") for rule in RULES for example in load_rule(rule).EXAMPLES
]


@pytest.mark.parametrize(("rule", "example"), ALL)
def test_an_example_is_judged_as_it_says(rule, example):
    verdict = judge_example(example)
    found = {finding.rule for finding in verdict.findings}
    assert (rule in found) == example.refused, verdict.findings
    if not example.refused:
        assert not found, "an accepted example breaks no other rule either"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_accepted_and_refused_examples(rule):
    examples = load_rule(rule).EXAMPLES
    assert {example.refused for example in examples} == {True, False}
    assert len({example.title for example in examples}) == len(examples)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_it_refuses_why_and_how_to_put_it_right(rule):
    module = load_rule(rule)
    text = module.__doc__ or ""
    assert text.split()[0] in ("Refuses", "Warns")
    assert "To put it right" in text
    assert module.WHY.endswith(".")


def test_each_file_of_the_folder_is_a_rule():
    folder = Path(rules.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "contract"}
    assert files == {module_name(rule) for rule in RULES}


@pytest.mark.parametrize(("rule", "example"), ALL)
def test_a_rule_that_is_not_loaded_would_have_found_nothing(rule, example, monkeypatch):
    found = judge_example(example).findings
    monkeypatch.setattr(
        judge, "_rules_for", lambda scope, _features: [rule for rule, row in RULES.items() if row.scope == scope]
    )

    assert judge_example(example).findings == found
