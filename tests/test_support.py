"""What the other tests build on does what it says."""

from __future__ import annotations

import os

import pytest

from support import Repo, Server, raw_tag


@pytest.fixture(params=["sha1", "sha256"])
def bare(new_server, request) -> Server:
    return new_server(hook=None, object_format=request.param)


def test_nothing_of_the_users_configuration_is_seen(repo: Repo) -> None:
    origins = {line.split("\t")[0] for line in repo.git("config", "--list", "--show-origin").splitlines()}

    assert origins == {f"file:{os.environ['GIT_CONFIG_GLOBAL']}", "file:.git/config"}


def test_tags_are_a_second_apart_and_can_be_dated(repo: Repo) -> None:
    repo.tag("first")
    repo.tag("second")
    repo.tag("dated", at=1_800_000_000)

    dates = repo.git("for-each-ref", "--format=%(taggerdate:unix)", "refs/tags/first", "refs/tags/second")
    first, second = map(int, dates.splitlines())
    assert second == first + 1
    assert repo.git("for-each-ref", "--format=%(taggerdate:raw)", "refs/tags/dated") == "1800000000 +0000"


def test_pushes_arrive_by_path_and_by_daemon(bare: Server) -> None:
    clone = bare.clone()
    clone.tag("by-path")
    assert clone.push("by-path").ok

    with bare.daemon() as url:
        clone.tag("by-daemon")
        assert clone.push("by-daemon", remote=url).ok

    assert bare.tags() == {"by-path", "by-daemon"}


def test_an_odd_tag_object_reaches_the_server_as_written(bare: Server) -> None:
    clone = bare.clone()
    content = raw_tag(object=clone.git("rev-parse", "HEAD"), tag="another", message=b"\xff\x00")
    oid = clone.raw_tag("odd", content)

    assert clone.push("odd").ok
    assert bare.refs("refs/tags/") == {"refs/tags/odd": oid}
    assert bare.try_git("cat-file", "tag", oid).stdout == content


def test_files_on_main_are_committed_past_the_hook(bare: Server) -> None:
    bare.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n', "notes/ü.txt": "ü\n"})

    assert bare.git("show", "main:tagwarden.toml") == 'mode = "evaluate"'
    assert bare.git("show", "main:notes/ü.txt") == "ü"
    assert bare.git("rev-list", "--count", "main") == "2"
