"""`target-branch`: the commit must be on a branch as the branches would stand after the push."""

from __future__ import annotations

import pytest

from support import Repo, Server


@pytest.fixture
def server(server: Server) -> Server:
    server.commit_on_main({"tagwarden.toml": '[target]\nbranches = ["main", "release/*"]\n'})
    return server


def test_a_commit_that_its_branch_brings_along_is_on_it(clone: Repo) -> None:
    clone.tag("m@v0.0.1", clone.commit())

    assert clone.push("m@v0.0.1").refused_by == {"target-branch"}
    assert clone.push("main", "m@v0.0.1").ok


def test_a_branch_that_the_push_creates_counts(clone: Repo) -> None:
    clone.tag("m@v0.0.1", clone.commit())

    assert clone.push("HEAD:refs/heads/topic", "m@v0.0.1").refused_by == {"target-branch"}
    assert clone.push("HEAD:refs/heads/release/1.0", "m@v0.0.1").ok


def test_a_branch_that_the_push_deletes_or_takes_back_does_not(clone: Repo) -> None:
    clone.commit()
    clone.push("HEAD:refs/heads/release/1.0")
    clone.tag("m@v0.0.1")

    assert clone.push(":refs/heads/release/1.0", "m@v0.0.1").refused_by == {"target-branch"}
    assert clone.push("+HEAD~1:refs/heads/release/1.0", "m@v0.0.1").refused_by == {"target-branch"}
    assert clone.push("m@v0.0.1").ok


def test_without_any_such_branch_nothing_is_on_one(server: Server, clone: Repo) -> None:
    server.git("config", "receive.denyDeleteCurrent", "ignore")
    server.git("config", "tagwarden.policy", "ref:refs/heads/rules:tagwarden.toml")
    clone.push("HEAD:refs/heads/rules")
    clone.tag("m@v0.0.1")

    assert clone.push(":refs/heads/main", "m@v0.0.1").refused_by == {"target-branch"}


def test_a_branch_that_is_moved_counts_only_as_far_as_it_moves_forward(server: Server, clone: Repo) -> None:
    clone.commit()
    assert clone.push("HEAD:refs/heads/release/1.0").ok
    clone.tag("m@v0.0.1", clone.commit())

    assert clone.push("HEAD:refs/heads/release/1.0", "m@v0.0.1").ok


@pytest.mark.parametrize(
    "setting",
    [("core.bare", "false"), ("receive.hideRefs", "refs/heads/release")],
    ids=["it may be checked out", "it is hidden"],
)
def test_a_branch_that_git_may_refuse_does_not_count(server: Server, clone: Repo, setting: tuple[str, str]) -> None:
    clone.commit()
    assert clone.push("HEAD:refs/heads/release/1.0").ok
    server.git("config", *setting)
    clone.tag("m@v0.0.1", clone.commit())

    assert clone.push("HEAD:refs/heads/release/1.0", "m@v0.0.1").refused_by == {"target-branch"}


def test_a_branch_does_not_count_beside_a_hook_that_may_refuse_it(server: Server, clone: Repo) -> None:
    hook = server.path / "hooks" / "update"
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)
    clone.tag("m@v0.0.1", clone.commit())

    assert clone.push("main", "m@v0.0.1").refused_by == {"target-branch"}
    assert clone.push("main").ok
    assert clone.push("m@v0.0.1").ok


def test_a_branch_whose_folder_is_a_branch_does_not_count(server: Server, clone: Repo) -> None:
    server.git("update-ref", "refs/heads/release/1.0/hotfix", "main")
    clone.tag("m@v0.0.1", clone.commit())

    assert clone.push("HEAD:refs/heads/release/1.0", "m@v0.0.1").refused_by == {"target-branch"}
