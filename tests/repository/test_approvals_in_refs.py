"""What counts of the proposals and approvals that stand, also of those that somebody wrote past the hook."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from support.approval_schedules import COMMITS, ELSEWHERE, HERE, POLICIES, TAGS, Registry, Truth, policy_of, tag_content
from tagwarden.policy.approvals.approval import approval_message
from tagwarden.policy.approvals.guard import GuardedLine
from tagwarden.policy.approvals.quorum import ApprovalState
from tagwarden.policy.approvals.refs import approval_ref, proposal_ref
from tagwarden.policy.push import Circumstances, RefUpdate
from tagwarden.repository.approvals.guarding import Evidence, read_guard
from tagwarden.repository.approvals.in_refs import ApprovalsInRefs

PUSHER = "ada"


def tag_in(registry: Registry, name: str = "m#prod#1", target: str = COMMITS["c1"]) -> str:
    return registry.add(tag_content(name, target, registry.now), Truth(None, name))


def approve(registry: Registry, tag: str, *, at: str, key: str = "grace", repository: str = HERE) -> str:
    """An approval of `tag` stands as grace's word on the tag `at`; its ref."""
    header = f"object {tag}\ntype tag\ntag approval\ntagger A <a@b.c> {registry.now} +0000\n\n"
    ref = approval_ref(at, "grace@x")
    assert ref is not None
    registry.refs[ref] = registry.add((header + approval_message(repository, "approve")).encode(), Truth(key), key)
    return ref


def approvals_of(
    registry: Registry, tag: str, *, touched: Collection[str] = (), asked: str = "grace@x"
) -> ApprovalState:
    reader: Any = registry
    return ApprovalsInRefs(reader, registry.verify, lambda: HERE, touched).of(tag, {asked})


def approved_by(registry: Registry, tag: str) -> Collection[str]:
    return approvals_of(registry, tag).approved_by


def guarded(registry: Registry, *updates: RefUpdate, touched: Collection[str] = ()) -> list[GuardedLine]:
    def proposers(tags: Collection[str]) -> Mapping[str, str | None]:
        return dict.fromkeys(tags, PUSHER)

    reader: Any = registry
    evidence = Evidence(reader, registry.verify, proposers, {*touched, *(update.ref for update in updates)})
    circumstances = Circumstances(registry.now, "server", pusher=PUSHER)
    return list(read_guard(updates, policy_of(POLICIES[0]), circumstances, HERE, evidence).lines)


def proposing(tag: str) -> RefUpdate:
    return RefUpdate(None, tag, proposal_ref(tag))


def test_an_approval_counts_where_its_signer_its_tag_and_its_repository_are_right() -> None:
    registry = Registry()
    tag = tag_in(registry)
    approve(registry, tag, at=tag)

    assert approved_by(registry, tag) == {"grace@x"}
    assert not approvals_of(registry, tag, asked="lin@x").approved_by


@pytest.mark.parametrize("wrong", [{"key": "lin"}, {"repository": ELSEWHERE}, {"key": "mallory"}])
def test_an_approval_does_not_count_where_one_of_them_is_wrong(wrong: dict[str, str]) -> None:
    registry = Registry()
    tag = tag_in(registry)
    approve(registry, tag, at=tag, **wrong)

    assert not approved_by(registry, tag)


def test_an_approval_of_another_tag_does_not_count() -> None:
    registry = Registry()
    tag, other = tag_in(registry), tag_in(registry, "m#dev#1")
    approve(registry, other, at=tag)

    assert not approved_by(registry, tag)


def test_a_proposal_that_the_push_itself_changes_does_not_stand() -> None:
    registry = Registry()
    tag = tag_in(registry)
    registry.refs[proposal_ref(tag)] = tag
    assert approvals_of(registry, tag).proposed
    assert not approvals_of(registry, tag, touched={proposal_ref(tag)}).proposed
    ref = approve(registry, tag, at=tag)
    update = RefUpdate(None, registry.refs[ref], ref)

    for touched, stands in (((), True), ((proposal_ref(tag),), False)):
        (line,) = guarded(registry, update, touched=touched)
        assert line.tag is not None
        assert line.tag.was_proposed == stands


def test_evidence_is_for_a_tag_that_stands_or_that_the_push_changes() -> None:
    registry = Registry()
    tag = tag_in(registry)

    def landed(*touched: str) -> bool:
        (line,) = guarded(registry, proposing(tag), touched=touched)
        assert line.tag is not None
        return line.tag.landed

    assert not landed()
    assert landed(f"{TAGS}m#prod#1")
    registry.refs[f"{TAGS}m#prod#1"] = tag
    assert landed()


def test_a_tag_that_is_not_on_a_commit_can_not_be_proposed() -> None:
    registry = Registry()
    for target, problem in ((COMMITS["c1"], None), ("9" * 40, "it is not on a commit")):
        (line,) = guarded(registry, proposing(tag_in(registry, target=target)))
        assert line.tag is not None
        assert line.tag.problem == problem


def test_proposals_of_one_push_count_and_those_that_have_landed_do_not() -> None:
    registry = Registry()
    landed, *others = (tag_in(registry, f"m#prod#{number}") for number in range(3))
    registry.refs[proposal_ref(landed)] = registry.refs[f"{TAGS}m#prod#0"] = landed

    lines = guarded(registry, *map(proposing, others))

    assert [line.open_of_model for line in lines] == [0, 1]
    assert [line.open_of_person for line in lines] == [0, 1]
