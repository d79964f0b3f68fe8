"""What Git does with a push that the hook has accepted."""

from __future__ import annotations

import pytest

from support import Repo, Server
from tagwarden.cli.run import run


@pytest.fixture
def faulty(server: Server) -> Server:
    """A server on which Git can't make one tag: a Git that was killed has left its lock file."""
    (server.path / "refs" / "tags" / "m@v0.0.1.lock").touch()
    return server


def push_a_version_in_a_stage(clone: Repo, *options: str) -> None:
    clone.tag("m@v0.0.1")
    clone.tag("m#prod#1")
    assert "Unable to create" in clone.push(*options, "--tags").stderr


def test_what_a_fault_drops_of_an_accepted_push_is_found_by_audit(
    faulty: Server, clone: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    push_a_version_in_a_stage(clone)

    assert faulty.tags() == {"m#prod#1"}
    assert run(["audit", str(faulty.path)]) == 1
    assert "[state-exists]" in capsys.readouterr().out


def test_an_atomic_push_is_dropped_as_a_whole(faulty: Server, clone: Repo) -> None:
    push_a_version_in_a_stage(clone, "--atomic")

    assert not faulty.tags()


def test_a_refused_push_leaves_no_object(server: Server, clone: Repo) -> None:
    clone.lightweight("m@v9", clone.commit())
    before = server.git("count-objects", "--verbose")

    assert not clone.push("m@v9").ok

    assert server.git("count-objects", "--verbose") == before


@pytest.mark.parametrize("branch", ["alias", "main"])
def test_the_policy_is_guarded_behind_a_symbolic_branch_of_head_too(server: Server, clone: Repo, branch: str) -> None:
    server.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    server.git("symbolic-ref", "HEAD", "refs/heads/alias")
    clone.commit({"tagwarden.toml": "modus = 1\n"})

    assert "[policy-file]" in clone.push(f"HEAD:refs/heads/{branch}").stderr
