"""Servers on which pushes of every kind are played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import Server, Templates
from support.approval_scene import POLICY, ApprovalScene, Keys
from support.attack_scene import Scene, Stage
from support.pushes import REGISTRY


@pytest.fixture(scope="session")
def stage(templates: Templates) -> Stage:
    return Stage(templates)


@pytest.fixture
def new_scene(stage: Stage, tmp_path: Path) -> Callable[..., Scene]:
    """Make a scene in place of the last: `new_scene(hook="update", object_format="sha256", foreign=True)`."""

    def make(*, hook: str, **how: Any) -> Scene:
        return stage.scene(tmp_path / "server.git", hook=hook, **how)

    return make


@pytest.fixture
def bare(new_server: Callable[..., Server]) -> Server:
    """A server without a hook."""
    return new_server(hook=None)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def new_approvals(new_scene: Callable[..., Scene], keys: Keys) -> Callable[..., ApprovalScene]:
    def make(*, hook: str = "pre-receive", policy: str = POLICY, **how: Any) -> ApprovalScene:
        return ApprovalScene(new_scene(hook=hook, **how), keys, REGISTRY, policy=policy)

    return make
