"""Tags that are made, signed, taken back and pushed by Git."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git.command import Git
from tagwarden.repository.making.writing import Identity, TagDraft, committer, delete_tag, push, store_tag


def git_of(repo: Repo) -> Git:
    return Git.at(str(repo.path))


def draft(repo: Repo, name: str = "m@v1.0.0", message: str = "Registering m\n\nAUC: 0.9\n") -> TagDraft:
    tagger = Identity("Ada Lovelace <ada@example.com>", "+0200")
    return TagDraft(name, repo.git("rev-parse", "HEAD"), "commit", tagger, 1_700_000_007, message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("m@v1.0.0", "Registering m\n", id="plain"),
        pytest.param("m@v1.0.0", "# no comment\n\n  trailing  \n\n\n", id="white space and comment signs"),
        pytest.param("a/ü=m#prod!#3", "Zuweisung für ü\n", id="not ASCII"),
    ],
)
def test_a_tag_is_stored_byte_by_byte(repo: Repo, name: str, message: str) -> None:
    tag = draft(repo, name, message)

    oid = store_tag(git_of(repo), name, tag.raw())

    assert repo.git("rev-parse", f"refs/tags/{name}") == oid
    assert repo.try_git("cat-file", "tag", oid).stdout == tag.raw()
    assert repo.git("fsck", "--strict") == ""


def test_the_bytes_are_those_of_git_tag(repo: Repo) -> None:
    repo.git("tag", "-a", "-m", "As agreed", "theirs", env={"GIT_COMMITTER_DATE": "@1700000007 +0200"})

    ours = draft(repo, "theirs", "As agreed\n").raw()

    assert repo.try_git("cat-file", "tag", "theirs").stdout == ours


def test_an_existing_tag_is_never_replaced(repo: Repo) -> None:
    before = repo.tag("m@v1.0.0")

    with pytest.raises(CannotJudge, match="already exists"):
        store_tag(git_of(repo), "m@v1.0.0", draft(repo).raw())
    assert repo.git("rev-parse", "m@v1.0.0") == before


def test_what_is_no_tag_object_is_not_stored(repo: Repo) -> None:
    with pytest.raises(CannotJudge, match="hash-object"):
        store_tag(git_of(repo), "m@v1.0.0", b"garbage")
    assert repo.tags() == set()


def test_the_tagger_is_who_git_says(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-2")
    assert committer(git_of(repo)) == Identity("Ada Lovelace <ada@example.com>", "+0200")

    monkeypatch.setenv("GIT_COMMITTER_NAME", "A > B")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "a b@example.com")
    assert committer(git_of(repo)).who == "A  B <a b@example.com>"


def test_without_an_identity_git_says_how_to_set_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    with pytest.raises(CannotJudge, match=r"git config --global user\.email"):
        committer(git_of(repo))


def test_a_tag_is_taken_back_only_while_it_is_the_same(repo: Repo) -> None:
    oid = repo.tag("m@v1.0.0")

    with pytest.raises(CannotJudge, match="update-ref"):
        delete_tag(git_of(repo), "m@v1.0.0", repo.git("rev-parse", "HEAD"))
    delete_tag(git_of(repo), "m@v1.0.0", oid)

    assert repo.tags() == set()


@pytest.fixture
def remote(repo: Repo, tmp_path: Path) -> Repo:
    server = Repo.init(tmp_path / "server.git", "--bare")
    repo.git("remote", "add", "origin", str(server.path))
    return server


def test_a_push_brings_all_refs(repo: Repo, remote: Repo) -> None:
    repo.tag("m@v1.0.0")
    remote.git("config", "receive.advertisePushOptions", "true")

    assert push(git_of(repo), "origin", ["refs/heads/main", "refs/tags/m@v1.0.0"], options=["x=1"])
    assert set(remote.refs()) == {"refs/heads/main", "refs/tags/m@v1.0.0"}


def test_a_refused_push_brings_none_and_the_user_sees_why(
    repo: Repo, remote: Repo, capfd: pytest.CaptureFixture[str]
) -> None:
    repo.tag("m@v1.0.0")
    hook = remote.path / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase $1 in refs/tags/*) echo "not today" >&2; exit 1;; esac\n')
    hook.chmod(0o755)

    assert not push(git_of(repo), "origin", ["refs/heads/main", "refs/tags/m@v1.0.0"])
    assert remote.refs() == {}
    out, err = capfd.readouterr()
    assert out == ""
    assert "remote: not today" in err
