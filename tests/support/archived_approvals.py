"""A tag that was approved and landed, and what is read of its approvals before and after archiving."""

from __future__ import annotations

from typing import Any

from tagwarden.policy.approvals.refs import ROOT

from .approval_scene import ApprovalScene
from .command_line import tagwarden
from .registry_checks import audit_errors


def landed(scene: ApprovalScene) -> str:
    """Propose, approve and land a tag; returns its id."""
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")
    assert scene.land(tag).landed
    return tag


def evidence(scene: ApprovalScene) -> dict[str, str]:
    return {ref: oid for ref, oid in scene.scene.refs().items() if ref.startswith(ROOT)}


def archive(scene: ApprovalScene, *options: str) -> Any:
    ran = tagwarden(scene.server.path, "approvals", "archive", "--json", *options)
    assert ran.status == 0, ran.err
    return ran.json


def unapproved(scene: ApprovalScene) -> set[str | None]:
    return {ref for rule, ref in audit_errors(scene.server.path) if rule == "approved"} - {"refs/tags/m#prod#1"}


def approvers(scene: ApprovalScene) -> list[str]:
    events = tagwarden(scene.server.path, "history", "--json").json["events"]
    return [one["principal"] for event in events for one in event.get("approvals", ())]


def forget_objects(scene: ApprovalScene) -> None:
    """Make Git remove objects that no ref reaches any more."""
    scene.server.git("gc", "--quiet", "--prune=now")
