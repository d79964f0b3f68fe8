"""Trailers of a message: found as Git finds them, and held to what the policy wants."""

from __future__ import annotations

import subprocess

import pytest

from tagwarden.policy.budget import Budget
from tagwarden.policy.objects.trailers import parse_trailers, problem_of_value
from tagwarden.policy.settings import Trailer

MESSAGES = {
    "none": "Register churn",
    "a title that looks like one": "AUC: 0.9",
    "one": "Register churn\n\nAUC: 0.9\n",
    "several": "Register churn\n\nFor the spring campaign.\n\nAUC: 0.9\nDataset: abc\nAUC: 0.8\n",
    "a value that goes on": "Register churn\n\nNote: trained\n  on two\n\tmachines\nAUC: 0.9\n",
    "no value": "Register churn\n\nAUC:\n",
    "a blank before the colon": "Register churn\n\nAUC : 0.9\n",
    "an empty line at the end": "Register churn\n\nAUC: 0.9\n\n\n",
    "a key that is none": "Register churn\n\nthe AUC: 0.9\n",
    "a text without a colon": "Register churn\n\nAll is well\n",
    "lines that end as on Windows": "Register churn\r\n\r\nAUC: 0.9\r\n",
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_git_finds_the_same(message: str) -> None:
    git = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=message, capture_output=True, text=True, check=True
    )

    pairs = [
        (key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in git.stdout.splitlines())
    ]
    assert parse_trailers(message) == pairs


def test_a_paragraph_with_any_other_line_holds_no_trailers() -> None:
    assert parse_trailers("Register churn\n\nSee the wiki.\nAUC: 0.9\n") == []


NUMBER = Trailer("AUC", type="number", min=0.8, max=1)


@pytest.mark.parametrize(
    ("value", "wanted", "problem"),
    [
        ("0.9", NUMBER, None),
        ("0.8", NUMBER, None),
        ("1", NUMBER, None),
        ("0.79", NUMBER, "is below 0.8"),
        ("1.5", NUMBER, "is above 1"),
        ("high", NUMBER, "is not a number"),
        ("", NUMBER, "is not a number"),
        ("nan", NUMBER, "is not a finite number"),
        ("inf", NUMBER, "is not a finite number"),
        ("3", Trailer("Epochs", type="integer"), None),
        ("3.5", Trailer("Epochs", type="integer"), "is not an integer"),
        ("abc", Trailer("Dataset", pattern="[a-f]+"), None),
        ("xyz", Trailer("Dataset", pattern="[a-f]+"), "does not match the pattern '[a-f]+'"),
        ("anything", Trailer("Note"), None),
    ],
)
def test_a_value_is_held_to_what_the_policy_wants(value: str, wanted: Trailer, problem: str | None) -> None:
    assert problem_of_value(value, wanted, Budget()) == problem
