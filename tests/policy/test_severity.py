"""The severity of a rule comes from `[rules]`, else from its options, else from its default."""

from __future__ import annotations

import pytest

from tagwarden.policy.file.key import ANY_VALUE
from tagwarden.policy.file.keys import KEYS
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.file.severity import option_of
from tagwarden.policy.rules import DEFAULT_LEVELS, RULES, load_rule, rules_where

OPTIONS = [
    ("target-branch", 'target.branches = ["main"]'),
    ("target-version", '[target.version-file]\npath = "VERSION"'),
    ("target-files", 'target.files = ["a"]'),
    ("model-known", 'models.names = ["a"]'),
    ("model-known", 'models.declared-in = "dvc.yaml"'),
    ("stage-known", "stages.names = []"),
    ("stage-path", 'stages.path = ["dev", "prod"]'),
    ("stage-permanent", 'stages.once-assigned-permanent = ["prod"]'),
    ("who", '[[people.allow]]\nwho = ["ada"]'),
    ("signed", "[[signing.require]]"),
    ("version-order", 'versions.order = "major"'),
    ("version-form", "versions.prerelease = false"),
    ("tag-object", "message.max-bytes = 100"),
    ("event-time", 'time.max-skew = "0s"'),
    ("message", "message.min-length = 5"),
    ("message", "[message.trailers.AUC]\nrequired = true"),
]
IDS = [f"{rule} by {option.replace(chr(10), ' ')}" for rule, option in OPTIONS]


def level(rule: str, text: str, *, site: bool = False, model: str = "churn") -> str:
    return load_policy(text.encode(), site=site).for_model(model).levels[rule]


@pytest.mark.parametrize(("rule", "option"), OPTIONS, ids=IDS)
def test_an_option_that_differs_from_its_neutral_value_turns_its_rule_on(rule: str, option: str) -> None:
    assert level(rule, option) == "error"


@pytest.mark.parametrize(("rule", "option"), OPTIONS, ids=IDS)
@pytest.mark.parametrize("severity", ["warning", "off", "error"])
def test_a_severity_by_name_beats_an_option(rule: str, option: str, severity: str) -> None:
    assert level(rule, f'rules.{rule} = "{severity}"\n{option}') == severity


@pytest.mark.parametrize(
    "value",
    [
        "target.branches = []",
        "stages.path = []",
        "target.files = []",
        "[target.version-file]",
        "[people]",
        'message.pattern = ""',
    ],
)
def test_a_value_that_changes_nothing_turns_nothing_on(value: str) -> None:
    assert load_policy(value.encode()).for_model("churn").levels == DEFAULT_LEVELS


def test_an_override_turns_a_rule_on_for_its_models_only() -> None:
    text = '[[override]]\nmodels = ["a"]\ntarget.branches = ["main"]'

    assert level("target-branch", text, model="a") == "error"
    assert level("target-branch", text, model="b") == "off"


def test_an_override_can_make_an_option_neutral_again() -> None:
    text = 'target.branches = ["main"]\n[[override]]\nmodels = ["a"]\ntarget.branches = []'

    assert level("target-branch", text, model="a") == "off"


@pytest.mark.parametrize(("rule", "option"), OPTIONS, ids=IDS)
def test_a_site_policy_judges_by_the_rules_that_its_options_set(rule: str, option: str) -> None:
    levels = load_policy(option.encode(), site=True).for_model("churn").levels

    assert {name for name, severity in levels.items() if severity != "off"} == {rule, *rules_where("always")}


def test_a_site_policy_judges_by_the_rules_that_it_names() -> None:
    assert level("annotated", 'rules.annotated = "warning"', site=True) == "warning"
    assert level("version-once", 'rules.annotated = "warning"', site=True) == "off"


@pytest.mark.parametrize("option", ['versions.order = "any"', "versions.build-metadata = true", ""])
def test_a_site_policy_sets_no_rule_by_a_neutral_value(option: str) -> None:
    levels = load_policy(option.encode(), site=True).for_model("churn").levels

    assert [rule for rule, severity in levels.items() if severity != "off"] == list(rules_where("always"))


def test_a_site_policy_sets_rules_by_override_too() -> None:
    text = '[[override]]\nmodels = ["a"]\nversions.order = "major"'

    assert level("version-order", text, site=True, model="a") == "error"
    assert level("version-order", text, site=True, model="b") == "off"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_reads_the_options_that_the_table_of_keys_says(rule: str) -> None:
    keys = [key for key in KEYS.values() if rule in key.rules]
    governing = {option_of(key.name) for key in keys if key.turns_on_unless is not ANY_VALUE}

    assert governing <= set(load_rule(rule).OPTIONS) <= {option_of(key.name) for key in keys}
