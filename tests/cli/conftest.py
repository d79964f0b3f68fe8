"""A team whose members sign, and a policy that wants their approvals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import Server
from support.signing import PgpKey, SshKey
from support.team import POLICY, Team, make_team


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SshKey]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: SshKey.make(folder / name) for name in ("ada", "grace", "lin")}


@pytest.fixture
def pgp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PgpKey]:
    """An OpenPGP key, to which Git is led in this test."""
    key = PgpKey.make(tmp_path / "gpg", "Grace <grace@x>")
    for name, value in key.environment.items():
        monkeypatch.setenv(name, value)
    yield key
    key.stop()


@pytest.fixture
def new_team(server: Server, keys: dict[str, SshKey]) -> Callable[..., Team]:
    def make(policy: str = POLICY) -> Team:
        return make_team(server, keys, policy)

    return make


@pytest.fixture
def team(new_team: Callable[..., Team]) -> Team:
    return new_team()
