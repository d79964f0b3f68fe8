"""Each reader of a repository, made for the one that a test prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from tagwarden.repository.opening import open_reader
from tagwarden.repository.reader import Reader

OpenReader = Callable[[Path], Reader]


@pytest.fixture(params=["git", "libgit2"])
def open_at(request: pytest.FixtureRequest) -> Iterator[OpenReader]:
    """Open a repository with the reader that the test runs for; it is closed afterwards."""
    prefer: Literal["git", "libgit2"] = request.param
    opened = []

    def open_it(path: Path) -> Reader:
        reader = open_reader(str(path), prefer=prefer)
        opened.append(reader)
        return reader

    yield open_it
    for reader in opened:
        reader.close()
