"""The update hook judges a tag by what stood before the push, though Git has moved the push's branches by then."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support import Repo, Server
from support.signing import SshKey, needs_ssh, sign_tag
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.configuration import Configuration
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.trusted.reader_before import reader_before
from tagwarden.server_hooks.trusted_refs import before_the_push

PEOPLE = '[[people.allow]]\nwho = ["grace"]\n'
SIGNED = '[signing]\nallowed-signers = "ref:{ref}:allowed_signers"\n[[signing.require]]\n'
ADA = {"WHO": "ada"}


@pytest.fixture
def server(new_server: Callable[..., Server]) -> Server:
    server = new_server(hook="update")
    server.git("config", "tagwarden.pusher", "env:WHO")
    return server


@pytest.fixture
def clone(server: Server) -> Repo:
    return server.clone()


def test_a_policy_that_is_pushed_along_does_not_count_yet(server: Server, clone: Repo) -> None:
    server.commit_on_main({"tagwarden.toml": PEOPLE})
    clone.git("pull", "--quiet", "--rebase")
    commit = clone.commit({"tagwarden.toml": ""})
    clone.tag("churn@v1.0.0")

    result = clone.push("main", "refs/tags/churn@v1.0.0", env=ADA)
    assert result.refused_by == {"who"}
    assert server.git("rev-parse", "main") == commit
    assert clone.push("refs/tags/churn@v1.0.0", env=ADA).ok


def test_a_first_policy_that_is_pushed_along_does_not_count_yet(server: Server, clone: Repo) -> None:
    clone.commit({"tagwarden.toml": '[rules]\nannotated = "off"\n'})
    clone.lightweight("churn@v1.0.0")

    assert "annotated" in clone.push("main", "refs/tags/churn@v1.0.0").rules


def test_a_policy_of_a_near_miss_is_the_one_before(server: Server, clone: Repo) -> None:
    clone.commit({"tagwarden.toml": '[rules]\ntag-name = "off"\n'})
    clone.tag("churn@1.0.0")

    assert clone.push("main", "refs/tags/churn@1.0.0").refused_by == {"tag-name"}


def test_a_policy_on_another_branch_is_the_one_before(server: Server, clone: Repo) -> None:
    server.git("config", "tagwarden.policy", "ref:refs/heads/policy:tagwarden.toml")
    clone.git("switch", "--quiet", "-c", "policy")
    clone.commit({"tagwarden.toml": PEOPLE})
    assert clone.push("policy", env=ADA).ok
    clone.commit({"tagwarden.toml": ""})
    clone.tag("churn@v1.0.0")

    assert clone.push("policy", "refs/tags/churn@v1.0.0", env=ADA).refused_by == {"who"}


def test_a_policy_on_a_tag_is_the_one_before(server: Server, clone: Repo) -> None:
    server.git("config", "tagwarden.policy", "ref:refs/tags/policy:tagwarden.toml")
    clone.commit({"tagwarden.toml": PEOPLE})
    clone.lightweight("policy")
    assert clone.push("policy", env=ADA).ok
    clone.commit({"tagwarden.toml": ""})
    clone.git("tag", "--force", "policy")
    clone.tag("risk@v1.0.0")

    assert clone.push("--force", "refs/tags/policy", "refs/tags/risk@v1.0.0", env=ADA).refused_by == {"who"}


def test_a_policy_on_a_tag_that_head_names_is_the_one_before(server: Server, clone: Repo) -> None:
    clone.commit({"tagwarden.toml": PEOPLE})
    clone.lightweight("policy")
    assert clone.push("refs/tags/policy", env=ADA).ok
    server.git("symbolic-ref", "HEAD", "refs/tags/policy")
    clone.commit({"tagwarden.toml": ""})
    clone.git("tag", "--force", "policy")
    clone.tag("risk@v1.0.0")

    assert clone.push("--force", "refs/tags/policy", "refs/tags/risk@v1.0.0", env=ADA).refused_by == {"who"}


def test_a_tag_that_head_names_keeps_a_readable_policy(server: Server, clone: Repo) -> None:
    server.git("symbolic-ref", "HEAD", "refs/tags/policy")
    clone.commit({"tagwarden.toml": "nonsense"})
    clone.lightweight("policy")

    assert clone.push("refs/tags/policy").refused_by == {"policy-file"}


def test_tags_of_the_same_push_all_go_by_what_was_before(server: Server, clone: Repo) -> None:
    server.commit_on_main({"tagwarden.toml": PEOPLE})
    clone.git("pull", "--quiet", "--rebase")
    clone.commit({"tagwarden.toml": ""})
    tags = [f"refs/tags/{name}@v1.0.0" for name in ("churn", "fraud", "risk")]
    for tag in tags:
        clone.tag(tag.removeprefix("refs/tags/"))

    assert clone.push("main", *tags, env=ADA).refused_by == {"who"}
    assert not server.tags()


@needs_ssh
def test_a_signer_who_is_pushed_along_is_not_allowed_yet(server: Server, clone: Repo, tmp_path: Path) -> None:
    """The policy stays what it is, so nothing but the branch itself tells that something changes."""
    key, foreign = SshKey.make(tmp_path / "ada"), SshKey.make(tmp_path / "foreign")
    signers = key.allowed("ada@example.com")
    server.commit_on_main({"tagwarden.toml": SIGNED.format(ref="HEAD"), "allowed_signers": signers})
    clone.git("pull", "--quiet", "--rebase")
    clone.commit({"allowed_signers": signers + foreign.allowed("foreign@example.com")})
    sign_tag(clone, foreign, "churn@v1.0.0")

    assert clone.push("main", "refs/tags/churn@v1.0.0").refused_by == {"signed"}
    assert clone.push("refs/tags/churn@v1.0.0").ok


@needs_ssh
def test_signers_where_it_can_not_be_told_what_was_before_sign_nothing(
    server: Server, clone: Repo, tmp_path: Path
) -> None:
    key = SshKey.make(tmp_path / "ada")
    clone.git("switch", "--quiet", "-c", "keys")
    clone.commit({"allowed_signers": key.allowed("ada@example.com")})
    assert clone.push("keys").ok
    server.commit_on_main({"tagwarden.toml": SIGNED.format(ref="refs/heads/keys")})
    sign_tag(clone, key, "churn@v1.0.0")

    result = clone.push("refs/tags/churn@v1.0.0")
    assert result.exit != 0
    assert "the update hook sees one ref at a time" in result.stderr
    assert "install the" not in result.stderr
    server.git("config", "tagwarden.defaultPolicy", "ref:refs/heads/keys:tagwarden.toml")
    assert clone.push("refs/tags/churn@v1.0.0").ok


class Remembering:
    """A push lock that remembers, without a push."""

    def __init__(self) -> None:
        self.lines = b""

    def accepted_before(self) -> bytes:
        return self.lines

    def remember(self, lines: bytes) -> None:
        self.lines += lines


def test_what_a_ref_named_is_read_and_not_believed(repo: Repo) -> None:
    first = repo.commit({"tagwarden.toml": PEOPLE})
    repo.git("config", "tagwarden.sitePolicy", "ref:refs/heads/site:tagwarden.toml")
    git, lock = Git.at(str(repo.path)), Remembering()
    lock.lines = b"1" * 40 + b" " + b"2" * 40 + b" refs/heads/main\n"
    with closing(GitProgram(git)) as reader, closing(Configuration(git)) as configuration:
        found = before_the_push(lock, reader, configuration)  # type: ignore[arg-type]
        assert found == {"refs/heads/main": first, "refs/heads/site": None}
    repo.commit({"tagwarden.toml": ""})
    with closing(GitProgram(git)) as reader, closing(Configuration(git)) as configuration:
        assert before_the_push(lock, reader, configuration) == found  # type: ignore[arg-type]
        before = reader_before(reader, found)
        assert (before.head_commit(), before.head()) == (first, "refs/heads/main")
        assert before.existing(["refs/heads/main", "refs/heads/site"]) == {"refs/heads/main": first}
        with pytest.raises(CannotJudge, match="before this push"):
            before.existing(["refs/heads/other"])


def test_other_branches_start_no_python(server: Server, clone: Repo) -> None:
    hook = server.path / "hooks" / "update"
    hook.write_text(hook.read_text().replace("start='import", "start='raise SystemExit(9)\nimport"))

    assert clone.push("HEAD:refs/heads/other").ok
