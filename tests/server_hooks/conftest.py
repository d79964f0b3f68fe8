"""Servers on which pushes of every kind are played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import Server, Templates
from support.approval_scene import POLICY, ApprovalScene, Keys
from support.attack_scene import Scene, Stage
from support.hook_files import hook_at
from support.programs import needs
from support.pushes import REGISTRY
from support.shell_hook import SHELLS, Beginning, HookRepo


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


@pytest.fixture
def folder(bare: Server) -> str:
    """The common directory of a repository without a hook."""
    return str(bare.path)


@pytest.fixture(scope="module")
def beginning(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Beginning:
    return Beginning.make(tmp_path_factory.mktemp("beginning"), "sha1")


@pytest.fixture(params=[pytest.param(shell, id=" ".join(shell), marks=needs(shell[0])) for shell in SHELLS])
def served(request: pytest.FixtureRequest, beginning: Beginning, tmp_path: Path) -> HookRepo:
    return HookRepo(tmp_path, request.param, beginning)


@pytest.fixture
def one_shell(beginning: Beginning, tmp_path: Path) -> HookRepo:
    return HookRepo(tmp_path, ["sh"], beginning)


@pytest.fixture
def picky(server: Server) -> Server:
    """A server whose `update` hook, of another program, refuses what begins with m@."""
    hook_at(server.path / "hooks" / "update", "#!/bin/sh\ncase $1 in refs/tags/m@*) exit 1 ;; esac\n")
    return server
