"""docs/walkthrough.md, run word for word by one shell."""

from __future__ import annotations

from pathlib import Path

from support import Repo, Server
from support.page_session import play, session


def test_the_walkthrough_is_what_happens(server: Server, clone: Repo, tmp_path: Path) -> None:
    played = play("walkthrough.md", cwd=clone.path, programs=tmp_path / "programs")

    assert played.steps == session("walkthrough.md"), played.err
    assert server.tags() == clone.tags()
