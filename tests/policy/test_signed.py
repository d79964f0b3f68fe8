"""Which signatures are asked for at all: each that is costs processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from support.examples import NOW, parse_line, push_of
from support.examples import verify as verify_examples
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.judging.judge import Judge
from tagwarden.policy.push import Circumstances, ModelPush, Signature, TagPush

REQUIRE = '[signing]\nallowed-signers = "ref:HEAD:a"\n[[signing.require]]\nstages = ["prod"]\n'
SIGNERS = """
[signing]
allowed-signers = "ref:HEAD:a"
[people]
groups.releasers = ["grace", "signer:ada@example.com"]
[[people.allow]]
who = ["@releasers"]
stages = ["prod"]
"""
EXISTING = ("churn@v1.0.0", "churn#prod at 2")


class Asked(Mapping[str, Signature]):
    """Signatures that remember which of them were asked for."""

    def __init__(self, found: Mapping[str, Signature]) -> None:
        self.found = found
        self.asked: list[str] = []

    def __getitem__(self, ref: str) -> Signature:
        self.asked.append(ref)
        return self.found[ref]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


@pytest.mark.parametrize("policy", [REQUIRE, SIGNERS])
@pytest.mark.parametrize(
    ("line", "matters"),
    [
        ("churn#prod#2 at 3", True),
        ("churn#dev at 3", False),
        ("churn@v1.1.0 on c2 at 3", False),
        ("churn@v1.0.0! at 3", True),
        ("churn@deprecated at 3", True),
    ],
)
def test_only_signatures_that_matter_are_asked_for(policy: str, line: str, matters: bool) -> None:
    by_name = {parsed.name: parsed.tag for parsed in map(parse_line, EXISTING)}
    given: list[Asked] = []

    def verify(pushes: Sequence[TagPush]) -> Mapping[str, Signature]:
        given.append(Asked(verify_examples(pushes)))
        return given[-1]

    judge = Judge(load_policy(policy.encode()), Circumstances(NOW, "server", pusher="bob"), verify=verify)
    parsed = parse_line(f"{line} signed ada@example.com")
    targets = {one.target.oid: one.target for one in (parsed, *map(parse_line, EXISTING))}
    judge.judge_model(ModelPush("churn", [push_of(parsed, by_name)], list(by_name.values()), targets, {}))

    assert bool(given[0].asked) is matters
    assert judge.verdict(source="x", policy_id=None).accepted


def test_who_may_without_a_signature_is_not_asked_for_one() -> None:
    by_name = {parsed.name: parsed.tag for parsed in map(parse_line, EXISTING)}
    given: list[Asked] = []

    def verify(pushes: Sequence[TagPush]) -> Mapping[str, Signature]:
        given.append(Asked(verify_examples(pushes)))
        return given[-1]

    judge = Judge(load_policy(SIGNERS.encode()), Circumstances(NOW, "server", pusher="grace"), verify=verify)
    parsed = parse_line("churn#prod#2 at 3 signed ada@example.com")
    judge.judge_model(ModelPush("churn", [push_of(parsed, by_name)], list(by_name.values()), {}, {}))

    assert not given[0].asked
