"""Who may do what, and who may break a rule in an emergency."""

from __future__ import annotations

import pytest

from support.examples import judge_example
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.grammar.tag_name import KINDS
from tagwarden.policy.judging.emergency import GrantedEmergencies, grant, notes_on
from tagwarden.policy.people import Person, decide
from tagwarden.policy.rules.contract import Example

POLICY = load_policy(b"""
[people]
groups.releasers = ["grace", "signer:ada@example.com"]

[[people.allow]]
who = ["ada"]
what = ["register"]

[[people.allow]]
who = ["@releasers"]
stages = ["prod"]

[[people.allow]]
who = ["linus"]
models = ["fraud", "cv:*"]

[emergency]
who = ["@releasers", "ada"]
rules = ["version-order", "who"]
""")

# (who, kind, model, stage): the number of the deciding entry, negative if it says no, None for no entry.
MATRIX = {
    ("ada", "register", "churn", None): 1,
    ("grace", "register", "churn", None): -1,
    ("linus", "register", "churn", None): -1,
    ("linus", "register", "fraud", None): 3,
    ("ada", "register", "fraud", None): 1,
    ("grace", "register", "fraud", None): -1,
    ("grace", "assign", "churn", "prod"): 2,
    ("grace", "unassign", "churn", "prod"): 2,
    ("ada", "assign", "churn", "prod"): -2,
    ("ada", "assign", "churn", "dev"): None,
    ("ada", "deregister", "churn", None): None,
    ("ada", "deprecate", "churn", None): None,
    ("ada", "deprecate", "fraud", None): -3,
    ("linus", "assign", "fraud", "prod"): 3,
    ("grace", "assign", "fraud", "prod"): 2,
    ("ada", "assign", "fraud", "dev"): -3,
    ("linus", "assign", "cv:seg", "dev"): 3,
    ("linus", "assign", "cv=seg", "dev"): 3,
    ("grace", "assign", "cv=seg", "dev"): -3,
    (None, "assign", "churn", "prod"): -2,
    (None, "assign", "churn", "dev"): None,
}


@pytest.mark.parametrize(("asked", "entry"), MATRIX.items())
def test_the_entries_that_cover_an_event_decide_it(
    asked: tuple[str | None, str, str, str | None], entry: int | None
) -> None:
    who, kind, model, stage = asked
    decision = decide(POLICY.base, Person(who), kind, model, stage)

    assert decision.allowed is (entry is None or entry > 0)
    assert decision.entry == (None if entry is None else abs(entry))
    assert decision.key in decision.because


def test_the_signer_of_a_tag_counts_where_the_policy_names_signers() -> None:
    signed = Person("bob", "ada@example.com")
    decision = decide(POLICY.base, signed, "assign", "churn", "prod")

    assert decision.because == "people.allow[2] lets signer:ada@example.com (in @releasers) assign churn to prod"
    assert not decide(POLICY.base, Person("bob", "bob@example.com"), "assign", "churn", "prod").allowed


@pytest.mark.parametrize("name", ["@releasers", "signer:ada@example.com", "ada@example.com", "Grace", "grace "])
def test_a_pusher_with_a_made_up_name_is_nobody_else(name: str) -> None:
    assert not decide(POLICY.base, Person(name), "assign", "churn", "prod").allowed


@pytest.mark.parametrize("name", ["grace", "@releasers"])
def test_a_signer_is_no_pusher(name: str) -> None:
    assert not decide(POLICY.base, Person(None, name), "assign", "churn", "prod").allowed


def test_a_refusal_names_every_entry_and_everybody_who_may() -> None:
    decision = decide(POLICY.base, Person("bob"), "assign", "fraud", "prod")

    assert decision.because == ("people.allow[2] and people.allow[3] let only @releasers, linus assign fraud to prod")


@pytest.mark.parametrize("kind", KINDS)
def test_without_people_anybody_may(kind: str) -> None:
    assert decide(load_policy(b"").base, Person(), kind, "churn", "prod").allowed


# Emergencies


def option(value: str) -> list[str]:
    return [f"tagwarden.emergency={value}"]


def test_who_is_listed_may_break_a_listed_rule_for_a_reason() -> None:
    granted = grant(["ci.skip", *option("version-order: hotfix for 1.x")], POLICY, "ada")

    assert granted == GrantedEmergencies({"version-order": "hotfix for 1.x"}, ())


def test_several_rules_and_several_reasons_may_be_given() -> None:
    options = [*option("who: one"), *option("version-order:two"), *option(" who : three: four")]

    assert grant(options, POLICY, "grace").reasons == {"who": "one; three: four", "version-order": "two"}


@pytest.mark.parametrize(
    ("value", "pusher", "problem"),
    [
        ("version-order", "ada", "a rule and a reason"),
        ("version-order:", "ada", "a rule and a reason"),
        ("version-order:  ", "ada", "a rule and a reason"),
        (": because", "ada", "a rule and a reason"),
        ("", "ada", "a rule and a reason"),
        ("message: because", "ada", "emergency.rules lists version-order, who"),
        ("tag-name: because", "ada", "emergency.rules lists version-order, who"),
        ("*: because", "ada", "emergency.rules lists version-order, who"),
        ("who: because", "bob", "emergency.who does not name 'bob'"),
        ("who: because", "@releasers", "emergency.who does not name '@releasers'"),
        ("who: because", None, "the pusher is not known"),
    ],
)
def test_what_does_not_count_is_said(value: str, pusher: str | None, problem: str) -> None:
    granted = grant(option(value), POLICY, pusher)

    assert not granted.reasons
    assert problem in granted.notes[0]


def test_a_policy_without_emergencies_grants_none() -> None:
    granted = grant(option("who: because"), load_policy(b""), "ada")

    assert (granted.reasons, granted.notes) == (
        {},
        ("the option 'tagwarden.emergency=who:' does not count: emergency.rules lists no rule",),
    )


def test_other_options_are_none_of_our_business() -> None:
    assert grant(["tagwarden.emergencyX=who: y", "tagwarden.emergency", "ci.skip"], POLICY, "ada").reasons == {}


def test_a_mere_warning_is_no_breach_in_an_emergency() -> None:
    verdict = judge_example(
        Example(
            "below the latest",
            ("churn@v1.0.0 on c2",),
            refused=True,
            existing=("churn@v2.0.0",),
            policy='[rules]\nversion-order = "warning"\n',
        ),
        emergency={"version-order": "urgent"},
    )

    assert [finding.rule for finding in verdict.findings] == ["version-order"]
    assert not verdict.emergency
    assert not verdict.notes


def test_the_pusher_is_told_what_was_broken_and_why() -> None:
    (note,) = notes_on({"who": "on call"}, "ada")

    assert note.startswith("who does not refuse this push")
    assert "'ada'" in note
    assert "'on call'" in note
