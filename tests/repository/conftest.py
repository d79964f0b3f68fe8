"""The reader of a repository, made for the one that a test prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
