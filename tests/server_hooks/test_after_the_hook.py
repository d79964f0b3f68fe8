"""What Git does with a push that the hook has accepted."""

from __future__ import annotations

import pytest

from support import Repo, Server
from support.hook_files import hook_at
from tagwarden.cli.run import run

REFUSES_ONE_TAG = '#!/bin/sh\n[ "$1" != refs/tags/m@v0.0.1 ]\n'


@pytest.fixture
def picky(server: Server) -> Server:
    """A server whose own update hook lets a registration go and its assignment in."""
    hook_at(server.path / "hooks" / "update", REFUSES_ONE_TAG)
    return server


def push_a_version_in_a_stage(clone: Repo, *options: str) -> None:
    clone.tag("m@v0.0.1")
    clone.tag("m#prod#1")
    assert "hook declined to update refs/tags/m@v0.0.1" in clone.push(*options, "--tags").stderr


def test_what_git_drops_of_an_accepted_push_is_found_by_audit(
    picky: Server, clone: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    push_a_version_in_a_stage(clone)

    assert picky.tags() == {"m#prod#1"}
    assert run(["audit", str(picky.path)]) == 1
    assert "[state-exists]" in capsys.readouterr().out


def test_an_atomic_push_is_dropped_as_a_whole(picky: Server, clone: Repo) -> None:
    push_a_version_in_a_stage(clone, "--atomic")

    assert not picky.tags()


def test_a_refused_push_leaves_no_object(server: Server, clone: Repo) -> None:
    clone.lightweight("m@v9", clone.commit())
    before = server.git("count-objects", "--verbose")

    assert not clone.push("m@v9").ok

    assert server.git("count-objects", "--verbose") == before


def test_a_policy_that_is_broken_behind_the_back_of_head_lets_no_tag_in(server: Server, clone: Repo) -> None:
    server.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    server.git("symbolic-ref", "HEAD", "refs/heads/alias")
    clone.commit({"tagwarden.toml": "modus = 1\n"})
    clone.tag("m@v0.0.1")

    assert "[policy-file]" in clone.push("HEAD:refs/heads/alias").stderr
    assert clone.push("HEAD:refs/heads/main").ok
    assert "The policy HEAD:tagwarden.toml can't be read" in clone.push("m@v0.0.1").stderr
