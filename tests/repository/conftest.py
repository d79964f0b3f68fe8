"""Each reader of a repository, made for the one that a test prepared."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from tagwarden.repository.opening import open_reader
from tagwarden.repository.reader import Reader

OpenReader = Callable[[Path], Reader]


@pytest.fixture(params=["git", "libgit2", "libgit2 on packs"])
def open_at(request: pytest.FixtureRequest) -> Iterator[OpenReader]:
    """Open a repository with the reader that the test runs for; it is closed afterwards."""
    prefer: Literal["git", "libgit2"] = "git" if request.param == "git" else "libgit2"
    opened = []

    def open_it(path: Path) -> Reader:
        if request.param == "libgit2 on packs":  # where a test damaged something this fails, and nothing is packed
            subprocess.run(["git", "-C", str(path), "repack", "-adkq"], capture_output=True)
        reader = open_reader(str(path), prefer=prefer)
        opened.append(reader)
        return reader

    yield open_it
    for reader in opened:
        reader.close()
