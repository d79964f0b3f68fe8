"""Names from a pusher, and ids, as they stand within a sentence."""

from __future__ import annotations

import re

import pytest

from support.examples import judge_example
from tagwarden.policy.rules import RULES, load_rule
from tagwarden.policy.wording import quoted

WHOLE_ID = re.compile("[0-9a-f]{40}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("churn@v1", "'churn@v1'"),
        ("caf\u00e9@v1", "'caf\u00e9@v1'"),
        ("m\udcff@v1", r"'m\xff@v1'"),
        ("m\x1b[31m", r"'m\x1b[31m'"),
        ("it's \udc80", r"'it\'s \x80'"),
        ("\u202e\u200b", r"'\u202e\u200b'"),
    ],
)
def test_what_is_not_utf_8_is_shown_byte_by_byte(text, shown):
    assert quoted(text) == shown


@pytest.mark.parametrize("rule", sorted(RULES.keys() - {"artifact", "approval-refs", "replace-refs"}))
def test_a_finding_shows_as_much_of_an_id_as_people_compare(rule: str) -> None:
    for example in load_rule(rule).EXAMPLES:
        for finding in judge_example(example).findings:
            if finding.rule == rule and not WHOLE_ID.search(finding.tag or ""):
                assert not WHOLE_ID.search(finding.message)
