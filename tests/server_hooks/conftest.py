"""Servers on which pushes of every kind are played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import Server, Templates
from support.attack_scene import Scene, Stage


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
