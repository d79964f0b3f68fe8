"""What a tag has to prove, at the border: its artifact, the version in a file, its approvals (see test_borders.py)."""

from __future__ import annotations

import pytest

from support.examples import judge_example
from tagwarden.policy.approvals.guard import Guard, GuardedLine, ProposedTag
from tagwarden.policy.approvals.refs import ProposalRef
from tagwarden.policy.push import Circumstances, RefUpdate, WholePush
from tagwarden.policy.rules import approval_refs
from tagwarden.policy.rules.approved import APPROVED, FOUR_EYES
from tagwarden.policy.rules.artifact import IN_GIT, ONE, REQUIRED
from tagwarden.policy.rules.contract import Example
from tagwarden.policy.rules.target_version import IN_TEXT
from tagwarden.policy.verdict import Finding

BINDS_ONE = f"with One\\n\\nArtifact: {ONE} m.bin"
DECLARES_OTHER = "holding dvc.yaml=artifacts: {churn: {path: other.bin}}"
GRACE = "approved grace@example.com"
NAMES_APART = '[rules]\ntag-name-in-object = "off"\n'
VERSION = ("churn@v1.0.0",)


def found(*pushed: str, existing: tuple[str, ...] = (), policy: str, history: bool = False) -> list[Finding]:
    place = "history" if history else "server"
    return list(judge_example(Example("", pushed, True, existing, policy), place=place).findings)


def rules(*pushed: str, existing: tuple[str, ...] = (), policy: str, history: bool = False) -> set[str]:
    return {finding.rule for finding in found(*pushed, existing=existing, policy=policy, history=history)}


def test_two_pre_releases_of_one_version_may_not_have_one_artifact() -> None:
    existing = (f"churn@v1.0.0-rc.1 on c1 {BINDS_ONE}",)

    assert rules(f"churn@v1.0.0-rc.2 on c2 at 2 {BINDS_ONE}", existing=existing, policy=REQUIRED) == {"artifact"}
    assert not rules(f"churn@v1.0.0 on c2 at 2 {BINDS_ONE}", existing=existing, policy=REQUIRED)


def test_a_version_that_ends_in_the_second_in_which_it_began_takes_nobodys_artifact() -> None:
    existing = (f"churn@v1.0.0 on c1 {BINDS_ONE}",)
    pushed = (f"churn@v1.1.0 on c2 at 3 {BINDS_ONE}", "churn@v1.1.0! on c2 at 3")

    assert "artifact" not in rules(*pushed, existing=existing, policy=REQUIRED)
    assert "artifact" in rules(pushed[0], existing=existing, policy=REQUIRED)


def test_an_assignment_repeats_what_its_version_binds_whatever_the_commit_calls_the_model() -> None:
    registered = f"churn@v1.0.0 on c1 {DECLARES_OTHER} {BINDS_ONE}"

    assert rules(registered, policy=REQUIRED) == {"artifact"}
    assigned = f"churn#prod on c1 at 2 {DECLARES_OTHER} {BINDS_ONE}"
    assert not rules(assigned, existing=(registered,), policy=REQUIRED)


def test_a_version_may_bind_the_folder_in_which_its_model_lies() -> None:
    declares = "holding dvc.yaml=artifacts: {churn: {path: models/m.bin}}"

    assert not rules(f"churn@v1.0.0 on c1 {declares} with One\\n\\nArtifact: {ONE} models", policy=REQUIRED)
    assert rules(f"churn@v1.0.0 on c1 {declares} with One\\n\\nArtifact: {ONE} model", policy=REQUIRED) == {"artifact"}


@pytest.mark.parametrize("digest", ["git:" + "1" * 40, "sha256:" + "1" * 64])
def test_of_several_digests_of_a_file_none_may_be_another(digest: str) -> None:
    both = f"churn@v1.0.0 {IN_GIT} {ONE} m.bin\\nArtifact: {digest} m.bin"

    assert rules(both, policy=REQUIRED) == {"artifact"}


def test_a_file_in_a_commit_that_nobody_can_read_tells_no_version() -> None:
    pushed = "churn@v1.0.0 on c1 damaged badly holding VERSION=2.0.0"

    assert rules(pushed, policy=IN_TEXT) == {"target-tree"}


@pytest.mark.parametrize(
    ("told", "policy", "offered"),
    [
        ("2.0.0", "", True),
        ("2.0.0-rc.1", "", True),
        ("2.0.0-rc.1", "[versions]\nprerelease = false\n", False),
        ("1.1.0", "", False),
        ("1.0.5", "", False),
        ("1.0.5", '[versions]\norder = "minor"\n', True),
        ("1.1.0", '[versions]\norder = "any"\n', False),
    ],
)
def test_the_version_of_the_file_is_offered_where_it_could_be_registered(told: str, policy: str, offered: bool) -> None:
    existing = ("churn@v1.0.0 on c2", "churn@v1.1.0 on c3 at 2")
    (finding,) = found(f"churn@v1.2.0 on c1 at 3 holding VERSION={told}", existing=existing, policy=policy + IN_TEXT)

    assert finding.rule == "target-version"
    assert ("tagwarden register" in (finding.fix or "")) == offered


def test_a_lightweight_tag_is_told_that_it_can_not_be_approved() -> None:
    tag = "churn#prod lightweight"
    (finding,) = [one for one in found(tag, existing=VERSION, policy=APPROVED) if one.rule == "approved"]

    assert "only an annotated tag can be approved" in finding.message


def test_where_names_may_differ_a_tag_of_one_name_is_approved_as_ever() -> None:
    policy = APPROVED + NAMES_APART

    assert not rules(f"churn#prod at 2 {GRACE}", existing=VERSION, policy=policy)
    assert "approved" in rules(f"churn#prod at 2 says churn#dev {GRACE}", existing=VERSION, policy=policy)


def test_what_has_landed_needs_its_proposal_no_more() -> None:
    landed = ("churn@v1.0.0", f"churn#prod at 2 withdrawn {GRACE}")

    assert not rules(*landed, policy=APPROVED, history=True)
    assert rules(landed[1], existing=landed[:1], policy=APPROVED) == {"approved"}


@pytest.mark.parametrize("wrong", ["signed lin@example.com and more", "says churn#dev signed lin@example.com"])
def test_a_signature_that_does_not_cover_the_tag_tells_nobody_who_made_it(wrong: str) -> None:
    (finding,) = [
        one
        for one in found(f"churn#prod at 2 {wrong} {GRACE}", existing=VERSION, policy=FOUR_EYES)
        if one.rule == "approved"
    ]

    assert "the tag has no good signature" in finding.message


def test_the_key_is_named_that_keeps_a_proposal_out() -> None:
    tag = ProposedTag("1" * 40, "churn#prod", None, was_proposed=False, landed=False, expired=True)
    line = GuardedLine("refs/tagwarden/proposals/1", None, tag.oid, ProposalRef(tag.oid), tag)
    guard = Guard(True, "models", "ada", 9, (line,))
    push = WholePush(Circumstances(9, "server"), [RefUpdate(None, tag.oid, line.ref)], None, guard)

    (breach,) = approval_refs.check(push)

    assert breach.key == "approvals.expire"
