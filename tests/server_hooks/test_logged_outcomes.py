"""Which outcome of a push is in the push log, and which pushes leave no line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import Repo, Server
from support.git_objects import pack_of
from support.raw_push import command, raw_push
from support.settling import (
    OID,
    entries,
    missing,
    outcomes,
)
from support.waiting import eventually
from tagwarden.server_hooks.lock.push_lock import take_push_lock
from tagwarden.server_hooks.log.mark import everything_is_settled


def test_nothing_that_came_to_nothing_is_logged_as_accepted(server: Server, clone: Repo) -> None:
    assert clone.push(":refs/tags/m@v9.9.9").ok
    assert outcomes(server) == []

    clone.tag("m@v0.0.1")
    assert clone.push("m@v0.0.1", ":refs/tags/m@v9.9.9").ok

    assert missing(entries(server)[0]) == ["refs/tags/m@v0.0.1"]


def test_what_only_an_evaluating_policy_lets_pass_is_logged_as_that(server: Server, clone: Repo) -> None:
    server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})
    clone.lightweight("m@v0.0.1")

    assert clone.push("m@v0.0.1").ok

    assert eventually(lambda: everything_is_settled(str(server.path)))
    assert outcomes(server) == ["would-be-refused"]


def test_who_found_the_lock_busy_is_in_the_log(server: Server, clone: Repo) -> None:
    server.git("config", "tagwarden.lockTimeout", "0.1")
    clone.tag("m@v0.0.1")
    lock = take_push_lock(str(server.path), wait=0, say=lambda _: None)
    try:
        assert not clone.push("m@v0.0.1").ok
    finally:
        lock.release()

    (entry,) = entries(server)
    assert entry["outcome"] == "busy"
    assert missing(entry) == ["refs/tags/m@v0.0.1"]
    assert "Another push of model tags is under way" in entry["error"]


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_a_tag_that_is_none_of_our_business_leaves_no_line_whatever_becomes_of_it(
    new_server: Callable[..., Server], hook: str
) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    commit = clone.git("rev-parse", "HEAD")
    before = entries(server)

    dropped = raw_push(server.git_dir, [command(OID, commit, "refs/tags/nightly")], pack=pack_of([], "sha1"))
    assert dropped.landed == set()
    clone.lightweight("weekly")
    assert clone.push("weekly").ok

    assert entries(server) == before
