"""The template, the schema and the table of keys say what the reader of policy files does."""

from __future__ import annotations

import json
import re

import pytest

from support.project import ROOT
from tagwarden.policy.file.defaults import default_of, duration_text
from tagwarden.policy.file.keys import KEYS
from tagwarden.policy.file.load import PolicyMistakes, load_policy
from tagwarden.policy.file.schema import policy_schema
from tagwarden.policy.file.sections import SECTIONS, section_of
from tagwarden.policy.file.template import policy_template
from tagwarden.policy.file.value_types import SECONDS
from tagwarden.policy.rules import DEFAULT_LEVELS, RULES, rules_where
from tagwarden.policy.settings import Settings


def uncommented() -> str:
    """The template with one hash, and the space after it, taken from every line, as editors do."""
    return re.sub(r"(?m)^# ?", "", policy_template())


def test_a_new_policy_file_changes_nothing() -> None:
    policy = load_policy(policy_template().encode())

    assert not policy.given
    assert policy.for_model("churn") == Settings(DEFAULT_LEVELS)


def test_a_new_policy_file_is_valid_with_every_line_uncommented() -> None:
    assert len(load_policy(uncommented().encode()).overrides) == 1


def test_a_new_policy_file_holds_every_key() -> None:
    policy = load_policy(uncommented().encode())
    given = {re.sub(r"\[\d+\]", "[]", path) for path in policy.given}
    named = {"people.groups.NAME": "people.groups.releasers", "people.principals.NAME": "people.principals.ada"}
    expected = {named.get(name, name.replace("NAME", "AUC")) for name in KEYS}
    rules = {f"rules.{rule}" for rule in RULES if not RULES[rule].always}

    assert given == (expected - {"rules.RULE", "override[].models"}) | rules


@pytest.mark.parametrize("line", [line for line in policy_template().splitlines() if re.match(r"# [a-z]", line)])
def test_a_key_of_a_new_policy_file_has_an_explanation(line: str) -> None:
    lines = policy_template().splitlines()
    before = lines[lines.index(line) - 1]

    assert before.startswith("##") or line.split(" = ")[0][2:] in {*RULES, "versions.order", "rules.version-step"}


def test_the_schema_describes_every_key() -> None:
    schema = json.loads(json.dumps(policy_schema()))

    for key in KEYS:
        here = schema
        for part in key.split("."):
            if part == "NAME" and "patternProperties" in here:
                (here,) = here["patternProperties"].values()
            elif part == "NAME":
                here = here["additionalProperties"]
            elif part == "RULE":
                assert set(here["properties"]) == set(RULES) - set(rules_where("always"))
            else:
                here = here["properties"][part.removesuffix("[]")]
                here = here["items"] if part.endswith("[]") else here
        assert here


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if default_of(key) is not None])
def test_a_default_is_a_value_that_the_key_takes(name: str) -> None:
    key = KEYS[name]

    key.type.read(default_of(key))


@pytest.mark.parametrize("name", KEYS)
def test_a_key_belongs_to_a_section_that_is_described(name: str) -> None:
    assert section_of(name) in SECTIONS


@pytest.mark.parametrize("name", KEYS)
def test_a_key_says_what_holds_without_it(name: str) -> None:
    key = KEYS[name]

    assert key.unset or default_of(key) not in (None, [], "")
    assert key.doc.endswith(".")


@pytest.mark.parametrize("rule", [rule for key in KEYS.values() for rule in key.rules])
def test_a_key_governs_rules_that_there_are(rule: str) -> None:
    assert rule in RULES


@pytest.mark.parametrize("unit", SECONDS)
def test_a_duration_is_written_as_it_is_read(unit: str) -> None:
    assert duration_text(load_policy(f'time.max-skew = "7{unit}"'.encode()).base.time.max_skew) == f"7{unit}"
    assert duration_text(0) == "0s"


def test_the_reference_explains_every_key() -> None:
    page = (ROOT / "docs/policy.md").read_text()

    for name, key in KEYS.items():
        assert key.doc.replace("|", "\\|") in page, name


def test_the_schema_takes_no_unknown_key_and_asks_for_what_must_be_given() -> None:
    schema = policy_schema()

    assert schema["additionalProperties"] is False
    assert schema["properties"]["override"]["items"]["required"] == ["models"]
    assert schema["properties"]["override"]["items"]["properties"]["versions"] == {"$ref": "#/properties/versions"}
    with pytest.raises(PolicyMistakes):
        load_policy(b"[[override]]")
