"""Approvals on a server, by raw pushes: honest ones land, and of every attack nothing does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.approval_scene import POLICY, ApprovalScene, Keys
from support.attack_scene import Scene, git_has_reftables
from support.pushes import REGISTRY
from support.registry_checks import gto_is_alive_and_agrees
from support.signing import needs_ssh

pytestmark = needs_ssh

NewScene = Callable[..., Scene]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def new_approvals(new_scene: NewScene, keys: Keys) -> Callable[..., ApprovalScene]:
    def make(*, hook: str = "pre-receive", policy: str = POLICY, **how: Any) -> ApprovalScene:
        return ApprovalScene(new_scene(hook=hook, **how), keys, REGISTRY, policy=policy)

    return make


FORMS = [
    {"hook": "pre-receive"},
    {"hook": "update"},
    {"hook": "pre-receive", "object_format": "sha256"},
    pytest.param({"hook": "update", "object_format": "sha256"}, marks=pytest.mark.thorough),
    pytest.param(
        {"hook": "pre-receive", "refs_in": "reftable"},
        marks=pytest.mark.skipif(not git_has_reftables(), reason="this Git keeps refs in files only"),
    ),
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_proposal_lands_once_two_others_have_approved_it(
    new_approvals: Callable[..., ApprovalScene], form: dict[str, str]
) -> None:
    scene = new_approvals(**form)
    tag = scene.tag()

    assert "[approved]" in scene.land(tag).told
    assert scene.propose(tag).landed
    scene.approve(tag, "grace")
    refused = scene.land(tag)
    assert not refused.landed
    assert "needs 1 more of @ml (has grace@x)" in refused.told
    scene.approve(tag, "lin")
    landed = scene.land(tag)

    assert landed.landed, landed.told
    gto_is_alive_and_agrees(scene.server.path)
