"""docs/approvals.md, run word for word by one shell: two people and a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support import Repo, Server
from support.page_session import play, session
from support.signing import SshKey, needs_ssh


@needs_ssh
def test_a_team_promotes_with_four_eyes_as_the_page_says(new_server: Callable[..., Server], tmp_path: Path) -> None:
    server = new_server(name="models.git")
    (tmp_path / "home").mkdir()
    for name in ("ada", "grace"):
        SshKey.make(tmp_path / "home" / name)
        clone = Repo(server.clone().path.rename(tmp_path / name))
        clone.git("config", "user.name", name.title())
        clone.git("config", "user.email", f"{name}@example.com")

    played = play(
        "approvals.md", cwd=tmp_path / "ada", programs=tmp_path / "programs", env={"HOME": str(tmp_path / "home")}
    )

    assert played.steps == session("approvals.md"), played.err
    assert {"churn#prod#1", "churn#prod!#2"} < server.tags()
