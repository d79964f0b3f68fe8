"""The rule `tagger-is-pusher`: who counts as the same person, and where nobody is asked."""

from __future__ import annotations

import pytest

from support.examples import NOW, parse_line, push_of
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.judging.judge import Judge
from tagwarden.policy.push import Circumstances, ModelPush

POLICY = load_policy(b'[rules]\ntagger-is-pusher = "error"\n')


def problems(
    pusher: str | None, email: str | None = None, *, place: str = "server", tag: str = "m@v0.0.1"
) -> list[str]:
    """What is found where Ada <ada@example.com> is the tagger."""
    line = parse_line("m@v0.0.1 tagger Ada <ada@example.com>")
    circumstances = Circumstances(now=NOW, place=place, pusher=pusher, pusher_email=email)
    judge = Judge(POLICY, circumstances)
    judge.judge_model(ModelPush("m", [push_of(line, {})], [], {line.target.oid: line.target}, {}))
    return [finding.message for finding in judge.verdict(source="here", policy_id=None).findings]


@pytest.mark.parametrize(
    ("pusher", "email"),
    [("Ada", None), ("ada", None), ("ada@example.com", None), ("anybody", "ADA@example.com")],
)
def test_the_tagger_is_known_by_the_address_that_the_host_vouches_for_or_else_by_name(
    pusher: str, email: str | None
) -> None:
    assert not problems(pusher, email)


@pytest.mark.parametrize(
    ("pusher", "email", "known_as"),
    [("grace", None, "grace"), ("ADA", None, "ADA"), ("ada", "grace@example.com", "grace@example.com")],
)
def test_another_tagger_is_named_beside_the_pusher(pusher: str, email: str | None, known_as: str) -> None:
    assert problems(pusher, email) == [
        f"the tagger is 'Ada <ada@example.com>', but the server knows the pusher as '{known_as}'"
    ]


def test_where_nobody_is_known_nobody_is_the_tagger() -> None:
    assert problems(None) == ["the tagger is 'Ada <ada@example.com>', and the pusher is not known"]


@pytest.mark.parametrize("place", ["client", "history"])
def test_only_a_server_can_ask(place: str) -> None:
    assert not problems(None, place=place)
