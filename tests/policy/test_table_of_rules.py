"""Each column of the table of rules says what the rule's own examples show."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.examples import judge_example
from tagwarden.policy.facts import landing
from tagwarden.policy.judging import judge as judging
from tagwarden.policy.judging.features import features_of
from tagwarden.policy.rules import RULES, load_rule, rules_where
from tagwarden.policy.rules.contract import Example

ABOUT_TAGS = [rule for rule, row in RULES.items() if row.scope == "model"]


def refused_examples(rule: str) -> list[Example]:
    return [example for example in load_rule(rule).EXAMPLES if example.refused]


def found(rule: str, example: Example, **how: str) -> set[str]:
    """The severities that the rule's findings on an example have."""
    return {finding.severity for finding in judge_example(example, **how).findings if finding.rule == rule}


def test_every_rule_is_asked_about_a_model_or_about_the_push() -> None:
    assert {row.scope for row in RULES.values()} == {"model", "push"}


@pytest.mark.parametrize("rule", ABOUT_TAGS)
def test_a_rule_looks_at_a_feature_of_each_push_that_it_refuses(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []
    monkeypatch.setattr(
        "tagwarden.policy.judging.features.features_of", lambda case: seen.append(features_of(case)) or seen[-1]
    )

    for example in refused_examples(rule):
        seen.clear()
        judge_example(example)
        assert any(there & RULES[rule].looks_at for there in seen), example.title


@pytest.mark.parametrize("rule", rules_where("needs_option"))
def test_a_rule_that_needs_an_option_is_off_by_default_and_silent_without_it(rule: str) -> None:
    assert RULES[rule].severity == "off"
    for example in refused_examples(rule):
        assert not found(rule, example._replace(policy=""))


@pytest.mark.parametrize("rule", rules_where("raised_by"))
def test_an_array_that_raises_a_rule_is_one_of_its_options(rule: str) -> None:
    assert RULES[rule].raised_by in load_rule(rule).OPTIONS


@pytest.mark.parametrize("rule", ABOUT_TAGS)
def test_a_rule_needs_the_pusher_exactly_if_it_is_silent_in_a_clone(rule: str) -> None:
    examples = refused_examples(rule)
    silent = not any(found(rule, example, place="client") for example in examples)

    assert silent == RULES[rule].needs_pusher


@pytest.mark.parametrize("rule", ABOUT_TAGS)
def test_a_rule_needs_the_remote_exactly_if_it_finds_other_things_without_the_existing_tags(rule: str) -> None:
    examples = [
        example for example in load_rule(rule).EXAMPLES if example.existing and "delete" not in example.pushed[0]
    ]
    differs = any(found(rule, one) != found(rule, one._replace(existing=())) for one in examples)
    # These look at what a line itself changes, or at who may; both are known without the remote's other tags.
    exempt = rule in ("tag-name", "tag-immutable", "tag-permanent", "who", "signed")

    assert (differs and not exempt) <= RULES[rule].needs_remote
    assert RULES[rule].needs_remote <= differs


@pytest.mark.parametrize("rule", ABOUT_TAGS)
def test_a_rule_has_at_most_the_severity_over_history_that_its_row_allows(rule: str) -> None:
    allowed = {"error": {"error"}, "warning": {"warning"}}[RULES[rule].in_history]
    for example in refused_examples(rule):
        if found(rule, example) == {"error"}:
            assert found(rule, example, place="history") <= allowed


@pytest.mark.parametrize("rule", [rule for rule in ABOUT_TAGS if not RULES[rule].depends_on_push])
def test_a_rule_that_does_not_depend_on_the_push_finds_nothing_more_in_a_tag_alone(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = landing.Landing(frozenset(), touched_stay=False, only_dependent_rules=False, because="")
    for example in load_rule(rule).EXAMPLES:
        expected = found(rule, example)
        with monkeypatch.context() as patched:
            patched.setattr(landing, "landings_of", lambda _push, _circumstances: [alone])
            assert found(rule, example) <= expected, example.title


def test_the_judge_has_no_exception_for_any_rule() -> None:
    source = Path(judging.__file__).read_text()

    assert not [rule for rule in RULES if f'"{rule}"' in source]
