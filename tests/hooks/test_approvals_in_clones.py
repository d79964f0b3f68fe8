"""A clone judges approvals by what the remote has, and says so where it can't tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Templates
from support.approval_scene import POLICY, ApprovalScene, Keys
from support.attack_scene import Stage
from support.command_line import Ran, tagwarden
from support.pushes import REGISTRY
from support.signing import needs_ssh
from tagwarden.policy.approvals.refs import ROOT

pytestmark = needs_ssh


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def scene(templates: Templates, tmp_path: Path, keys: Keys) -> ApprovalScene:
    stage = Stage(templates)
    return ApprovalScene(stage.scene(tmp_path / "server.git", hook="pre-receive"), keys, REGISTRY)


@pytest.fixture
def check(scene: ApprovalScene, tmp_path: Path) -> Callable[..., Ran]:
    """Run `tagwarden check` in a new clone that holds what is proposed as the tag m#prod#2."""

    def run(tag: str, *options: str, signers: Path = scene.keys.signers) -> Ran:
        policy = tmp_path / "clone-policy.toml"
        policy.write_text(POLICY.format(signers=signers))
        clone: Repo = scene.server.clone()
        clone.git("fetch", "--quiet", "origin", f"{ROOT}proposals/{tag}")
        clone.git("update-ref", "refs/tags/m#prod#2", tag)
        return tagwarden(clone.path, "check", "m#prod#2", "--policy", str(policy), *options)

    return run


def test_a_clone_says_the_same_as_the_server(scene: ApprovalScene, check: Callable[..., Ran]) -> None:
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace")
    refused = check(tag)
    scene.approve(tag, "lin")

    assert (refused.status, check(tag).status) == (1, 0)
    assert "needs 1 more of @ml (has grace@x)" in refused.out
    assert scene.land(tag).landed


def test_a_clone_that_cannot_tell_says_so(scene: ApprovalScene, check: Callable[..., Ran], tmp_path: Path) -> None:
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")

    for ran in (check(tag, signers=tmp_path / "on-the-server"), check(tag, "--offline")):
        assert ran.status == 0, ran.err
        assert "approvals can be determined only on the server" in ran.out + ran.err
