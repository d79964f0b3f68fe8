"""A repository in which something is missing, or can't be read: no push passes by what can't be seen."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from support import Server, raw_tag

ZERO = "0" * 40


def lose(server: Server, revision: str) -> str:
    """Remove the loose object that `revision` names; its id."""
    oid = server.git("rev-parse", revision)
    (server.path / "objects" / oid[:2] / oid[2:]).unlink()
    return oid


def ask_hook(server: Server, *lines: str) -> subprocess.CompletedProcess[bytes]:
    """What the pre-receive hook answers; Git's own look at the objects would come before it."""
    return subprocess.run(
        [server.path / "hooks" / "pre-receive"],
        cwd=server.path, input=os.fsencode("".join(f"{line}\n" for line in lines)), capture_output=True,
        env={**os.environ, "GIT_DIR": "."},
    )  # fmt: skip


@pytest.fixture
def registry(server: Server) -> Server:
    """A server with churn@v1.0.0 on main, and its object lying loose."""
    server.tag("churn@v1.0.0", "main")
    return server


def a_tag(server: Server, name: str, target: str = "main") -> str:
    return server.write_object(raw_tag(object=server.git("rev-parse", target), tag=name))


@pytest.mark.parametrize("name", ["churn@v1.0.1", "churn@v0.9.0", "churn#prod", "churn@v1.0.0!"])
def test_an_existing_tag_whose_object_is_gone_keeps_its_model_from_being_judged(registry: Server, name: str) -> None:
    oid = a_tag(registry, name)
    lost = lose(registry, "refs/tags/churn@v1.0.0")

    ran = ask_hook(registry, f"{ZERO} {oid} refs/tags/{name}")

    assert ran.returncode == 3
    assert f"'churn@v1.0.0' points at the object {lost}, which can't be read" in ran.stderr.decode()
    assert "git update-ref -d refs/tags/churn@v1.0.0" in ran.stderr.decode()


def test_nor_may_the_tag_itself_go_or_move_for_it_may_only_be_unreadable_to_us(registry: Server) -> None:
    new = a_tag(registry, "churn@v1.0.0")
    old = lose(registry, "refs/tags/churn@v1.0.0")

    for line in (f"{old} {ZERO} refs/tags/churn@v1.0.0", f"{old} {new} refs/tags/churn@v1.0.0"):
        assert ask_hook(registry, line).returncode == 3


def test_other_models_go_on(registry: Server) -> None:
    oid = a_tag(registry, "fraud@v1.0.0")
    lose(registry, "refs/tags/churn@v1.0.0")

    assert ask_hook(registry, f"{ZERO} {oid} refs/tags/fraud@v1.0.0").returncode == 0


@pytest.mark.parametrize("lost", ["main^{tree}", "main:tagwarden.toml"])
def test_a_policy_that_can_not_be_reached_is_not_taken_for_none(server: Server, lost: str) -> None:
    server.commit_on_main({"tagwarden.toml": '[models]\nnames = ["fraud"]\n'})
    oid = a_tag(server, "churn@v1.0.0", "main~1")
    assert ask_hook(server, f"{ZERO} {oid} refs/tags/churn@v1.0.0").returncode == 1
    lost_oid = server.git("rev-parse", lost)
    if not (server.path / "objects" / lost_oid[:2] / lost_oid[2:]).exists():
        packs = list((server.path / "objects" / "pack").glob("*.pack"))
        moved = [pack.rename(server.path / pack.name) for pack in packs]
        for index in (server.path / "objects" / "pack").iterdir():
            index.unlink()
        for pack in moved:
            server.git("unpack-objects", "-q", stdin=pack.read_bytes())
    lose(server, lost)

    ran = ask_hook(server, f"{ZERO} {oid} refs/tags/churn@v1.0.0")

    assert ran.returncode == 3
    assert b"git fsck" in ran.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may read everything")
def test_a_folder_of_tags_that_another_user_made_for_himself_is_told(
    new_server: Callable[..., Server],
) -> None:
    server = new_server()
    server.tag("team/churn@v1.0.0", "main")
    oid = a_tag(server, "team/churn@v1.0.0#1")
    folder = server.path / "refs" / "tags" / "team"
    folder.chmod(0)
    try:
        ran = ask_hook(server, f"{ZERO} {oid} refs/tags/team/churn@v1.0.0#1")
    finally:
        folder.chmod(0o755)

    assert ran.returncode == 3
    assert b"refs/tags/team" in ran.stderr
    assert b"Permission denied" in ran.stderr
