"""Commands that create a tag and push it: what goes along, and what is left behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.creating import ok


def test_push_pushes_through_the_servers_gate(server: Server, clone: Repo) -> None:
    assert ok(clone, "register", "churn", "--push") == "churn@v0.0.1"
    assert ok(clone, "assign", "churn", "prod", "--push") == "churn#prod#1"

    assert server.tags() == clone.tags() == {"churn@v0.0.1", "churn#prod#1"}


def test_no_other_tag_goes_along(server: Server, clone: Repo) -> None:
    clone.git("config", "push.followTags", "true")
    clone.tag("fraud@1.0.0")

    assert ok(clone, "register", "churn", "--push") == "churn@v0.0.1"
    assert server.tags() == {"churn@v0.0.1"}


def test_nothing_is_left_behind_when_the_push_is_refused(new_server: Callable[..., Server]) -> None:
    server = new_server(hook=None)
    hook = server.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'closed for maintenance' >&2\nexit 1\n")
    hook.chmod(0o755)
    clone = server.clone()

    ran = tagwarden(clone.path, "register", "churn", "--push")

    assert ran.status == 1
    assert "has no tag churn@v0.0.1, and none was kept here" in ran.err
    assert clone.tags() == server.tags() == set()


def test_a_commit_that_no_branch_of_the_remote_has_is_not_pushed_unasked(server: Server, clone: Repo) -> None:
    clone.commit()

    ran = tagwarden(clone.path, "register", "churn", "--push")

    assert ran.status == 1
    assert "push it first: git push origin main" in ran.err
    assert clone.tags() == server.tags() == set()


@pytest.mark.parametrize(("answer", "status"), [(True, 0), (False, 1)])
def test_the_branch_goes_along_if_the_user_says_so(
    server: Server, clone: Repo, monkeypatch: pytest.MonkeyPatch, answer: bool, status: int
) -> None:
    commit = clone.commit()
    monkeypatch.setattr("os.isatty", lambda _: True)
    monkeypatch.setattr("click.confirm", lambda *_, **__: answer)

    ran = tagwarden(clone.path, "register", "churn", "--push")

    assert ran.status == status
    assert (server.refs("refs/heads/")["refs/heads/main"] == commit) == answer
    assert server.tags() == clone.tags() == ({"churn@v0.0.1"} if answer else set())
