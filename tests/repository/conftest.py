"""The reader of a repository, made for the one that a test prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.repositories import BEGINNING
from support.signing import PgpKey, SshKey
from support.verifying import ADA
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.reader import Reader

OpenReader = Callable[[Path], Reader]


@pytest.fixture
def open_at() -> Iterator[OpenReader]:
    """Open a repository; it is closed afterwards."""
    opened = []

    def open_it(path: Path) -> Reader:
        reader = GitProgram(Git.at(str(path)))
        opened.append(reader)
        return reader

    yield open_it
    for reader in opened:
        reader.close()


@pytest.fixture(scope="session")
def ssh_keys(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[SshKey, SshKey]:
    folder = tmp_path_factory.mktemp("ssh")
    return SshKey.make(folder / "ada"), SshKey.make(folder / "mallory")


@pytest.fixture(scope="session")
def pgp_keys(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PgpKey, PgpKey, PgpKey]]:
    """Ada's, a stranger's, and one that expired the day after it was made."""
    # A short path: gpg-agent's socket lies in it.
    folder = tmp_path_factory.mktemp("pgp")
    keys = (
        PgpKey.make(folder / "a", f"Ada <{ADA}>"),
        PgpKey.make(folder / "m", "Mallory <mallory@example.com>"),
        PgpKey.make(folder / "e", f"Ada <{ADA}>", expires="1d", at=BEGINNING),
    )
    yield keys
    for key in keys:
        key.stop()
