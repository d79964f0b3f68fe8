"""Every value that holds is shown with where it comes from."""

from __future__ import annotations

import pytest

from tagwarden.policy.file.keys import KEYS
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.file.origins import EffectiveValue, effective_values
from tagwarden.policy.file.policy import built_in_policy
from tagwarden.policy.rules import RULES

POLICY = b"""
versions.order = "minor"
target.branches = ["main"]
message.trailers.AUC.type = "number"
rules.counter = "error"
[[signing.require]]
[[people.allow]]
who = ["ada"]
[[override]]
models = ["legacy-*"]
versions.order = "any"
target.branches = []
[[override]]
models = ["*-x"]
versions.order = "major"
rules.counter = "off"
"""


def of(key: str, model: str | None = None, declared: list[str] | None = None, data: bytes = POLICY) -> EffectiveValue:
    values = effective_values(load_policy(data), model, declared)
    (value,) = [value for value in values if value.key == key]
    return value


@pytest.mark.parametrize(
    ("key", "model", "value", "origin", "because"),
    [
        ("mode", None, "enforce", "built-in", None),
        ("time.max-skew", None, "5m", "built-in", None),
        ("stages.names", None, None, "built-in", None),
        ("versions.order", None, "minor", "file", None),
        ("versions.order", "legacy-1", "any", "override 1", None),
        ("versions.order", "legacy-x", "major", "override 2", None),
        ("target.branches", "legacy-x", [], "override 1", None),
        ("message.trailers.AUC.type", None, "number", "file", None),
        ("people.allow[1].who", None, ["ada"], "file", None),
        ("signing.require[1]", None, {}, "file", None),
        ("rules.counter", None, "error", "file", None),
        ("rules.counter", "a-x", "off", "override 2", None),
        ("rules.target-branch", None, "error", "file", "target.branches"),
        ("rules.target-branch", "legacy-1", "off", "built-in", None),
        ("rules.version-order", "a-x", "error", "override 2", "versions.order"),
        ("rules.who", None, "error", "file", "people.allow"),
        ("rules.tag-name", None, "error", "built-in", None),
    ],
)
def test_a_value_has_an_origin(key: str, model: str | None, value: object, origin: str, because: str | None) -> None:
    assert of(key, model) == EffectiveValue(key, value, origin, because)


def test_stages_come_from_gto_where_the_policy_names_none() -> None:
    assert of("stages.names", declared=["dev"]) == EffectiveValue("stages.names", ["dev"], ".gto")
    assert of("stages.names", declared=["dev"], data=b'stages.names = ["qa"]').origin == "file"


def test_every_key_and_rule_is_shown_once() -> None:
    keys = [value.key for value in effective_values(built_in_policy())]
    single = [key for key in KEYS if not {"NAME", "RULE"} & set(key.split(".")) and "[]" not in key]

    assert keys == [*single, *(f"rules.{rule}" for rule in RULES)]
