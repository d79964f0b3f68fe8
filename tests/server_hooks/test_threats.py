"""What a pusher, a policy editor and a user with a shell on the server can and can't do (docs/threat-model.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Repo, Server
from support.http_server import serve_http
from tagwarden.server_hooks.log.chain import read_lines

ONLY_GRACE = '[[people.allow]]\nwho = ["grace"]\n'


@pytest.fixture
def guarded(server: Server) -> Server:
    """A server on which only grace may push model tags."""
    server.commit_on_main({"tagwarden.toml": ONLY_GRACE})
    server.git("config", "tagwarden.pusher", "http")
    server.git("config", "http.receivepack", "true")
    return server


@pytest.fixture
def clone(guarded: Server) -> Repo:
    clone = guarded.clone()
    clone.tag("churn@v1.0.0")
    return clone


@pytest.fixture
def as_ada(guarded: Server) -> Iterator[str]:
    with serve_http(guarded.path.parent) as beginning:
        yield f"{beginning}/{guarded.path.name}".replace("NAME", "ada")


TAG = "refs/tags/churn@v1.0.0"
PAST_THE_HOOKS = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack"


def test_a_shell_on_the_server_gets_past_every_hook_and_leaves_no_line(guarded: Server, clone: Repo) -> None:
    assert clone.push(PAST_THE_HOOKS, TAG).ok
    assert guarded.tags() == {"churn@v1.0.0"}
    assert not list(read_lines(str(guarded.path)))


def test_over_http_nobody_chooses_what_runs_on_the_server(guarded: Server, clone: Repo, as_ada: str) -> None:
    assert clone.push(PAST_THE_HOOKS, TAG, remote=as_ada).refused_by == {"who"}
    assert not guarded.tags()


def test_a_shell_on_the_server_can_take_any_name(guarded: Server, clone: Repo) -> None:
    assert clone.push(TAG, env={"REMOTE_USER": "grace"}).ok


def test_the_environment_of_whoever_pushes_configures_nothing(clone: Repo) -> None:
    environment = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "tagwarden.pusher",
        "GIT_CONFIG_VALUE_0": "env:WHO_I_AM",
        "WHO_I_AM": "grace",
        "GIT_COMMITTER_NAME": "grace",
        "GIT_AUTHOR_NAME": "grace",
    }

    assert clone.push(TAG, env=environment).refused_by == {"who"}


@pytest.mark.parametrize("ref", ["refs/heads/HEAD", "refs/tags/HEAD", "refs/tags/main", "refs/heads/refs/heads/main"])
def test_a_ref_that_is_called_like_the_trusted_one_is_not_it(clone: Repo, as_ada: str, ref: str) -> None:
    clone.git("switch", "--quiet", "--orphan", "mine")
    mine = clone.commit({"tagwarden.toml": ""})

    assert clone.push(f"{mine}:{ref}", remote=as_ada).ok
    assert clone.push(TAG, remote=as_ada).refused_by == {"who"}


def test_with_the_policys_branch_configured_head_decides_nothing(guarded: Server, clone: Repo, as_ada: str) -> None:
    """gitolite's `symbolic-ref`, or a forge's "default branch", points HEAD at a branch of the pusher's."""
    clone.git("switch", "--quiet", "-c", "mine")
    clone.commit({"tagwarden.toml": ""})
    assert clone.push("mine", remote=as_ada).ok
    guarded.git("symbolic-ref", "HEAD", "refs/heads/mine")
    guarded.git("config", "tagwarden.policy", "ref:refs/heads/main:tagwarden.toml")
    assert clone.push(TAG, remote=as_ada).refused_by == {"who"}

    guarded.git("config", "--unset", "tagwarden.policy")
    assert clone.push(TAG, remote=as_ada).ok, "without it, who chooses HEAD chooses the policy"


def test_a_tag_of_the_policy_is_no_policy(clone: Repo, as_ada: str) -> None:
    empty = clone.write_object(b"", "blob")
    clone.raw_ref("refs/tags/tagwarden.toml", empty)

    assert clone.push("refs/tags/tagwarden.toml", TAG, remote=as_ada).refused_by == {"who"}


def test_who_edits_the_policy_does_not_get_past_the_site_policy(
    guarded: Server, clone: Repo, as_ada: str, tmp_path: Path
) -> None:
    (tmp_path / "site.toml").write_text(ONLY_GRACE)
    guarded.git("config", "tagwarden.sitePolicy", f"file:{tmp_path}/site.toml")
    clone.git("pull", "--quiet", "--rebase")
    clone.commit({"tagwarden.toml": ""})
    assert clone.push("main", remote=as_ada).ok

    result = clone.push(TAG, remote=as_ada)
    assert result.refused_by == {"who"}
    assert "site.toml" in result.stderr
    logged = [json.loads(line) for line in read_lines(str(guarded.path))]
    assert [policy["accepted"] for policy in logged[-1]["policies"]] == [True, False]


def test_a_site_policy_alone_decides_who_may_break_it_in_an_emergency(
    guarded: Server, clone: Repo, as_ada: str, tmp_path: Path
) -> None:
    guarded.git("config", "receive.advertisePushOptions", "true")
    emergency = '[emergency]\nwho = ["ada"]\nrules = ["who"]\n'
    guarded.commit_on_main({"tagwarden.toml": ONLY_GRACE + emergency})
    option = "tagwarden.emergency=who: on call"
    (tmp_path / "site.toml").write_text(ONLY_GRACE)
    guarded.git("config", "tagwarden.sitePolicy", f"file:{tmp_path}/site.toml")

    refused = clone.push(f"--push-option={option}", TAG, remote=as_ada)
    assert refused.refused_by == {"who"}
    guarded.git("config", "--unset", "tagwarden.sitePolicy")
    assert clone.push(f"--push-option={option}", TAG, remote=as_ada).ok
