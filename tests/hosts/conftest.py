"""Real hosts, each set up once a session by the words of its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ssh_host import SshServer, ssh_server


@pytest.fixture(scope="session")
def ssh(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """A running sshd that knows no key yet."""
    with ssh_server(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Where users have their clones."""
    folder = tmp_path / "people"
    folder.mkdir()
    return folder
