"""The client that sends what it likes: it sends just that, and reports just what the server said."""

from __future__ import annotations

import pytest

from support import Repo, Server, raw_tag
from support.attack_scene import git_moves_refs_at_once
from support.git_objects import EMPTY_TREE, GitObject, commit_object, pack_of
from support.raw_push import Advertisement, command, raw_push


@pytest.fixture(params=["sha1", "sha256"])
def server(new_server, request) -> Server:
    return new_server(hook=None, object_format=request.param)


@pytest.fixture
def object_format(server: Server) -> str:
    return server.git("rev-parse", "--show-object-format")


@pytest.fixture
def nothing(object_format: str) -> str:
    return "0" * len(EMPTY_TREE.id(object_format))


@pytest.fixture
def tag(server: Server, object_format: str) -> GitObject:
    return GitObject("tag", raw_tag(object=server.git("rev-parse", "main"), tag="k"))


def test_objects_are_called_as_git_calls_them(server: Server, object_format: str, tag: GitObject) -> None:
    commit = commit_object(EMPTY_TREE.id(object_format), [server.git("rev-parse", "main")], at=1_700_000_000)
    large = GitObject("blob", bytes(range(256)) * 300)

    for each in (EMPTY_TREE, commit, large, tag):
        stored = each.store(server.git_dir, object_format)
        assert stored == server.write_object(each.content, each.type)
        assert server.git("cat-file", "-t", stored) == each.type
    server.git("fsck", "--strict")


def test_what_is_sent_lands(server: Server, object_format: str, nothing: str, tag: GitObject) -> None:
    large = GitObject("blob", bytes(range(256)) * 300)
    oid, blob = tag.id(object_format), large.id(object_format)
    lines = [command(nothing, oid, "refs/tags/k"), command(nothing, blob, "refs/tags/blob")]

    result = raw_push(server.path, lines, pack=pack_of([tag, large], object_format))

    assert result.unpacked == "ok"
    assert result.report == [(b"refs/tags/k", None), (b"refs/tags/blob", None)]
    assert result.exit == 0
    assert server.refs("refs/tags/") == {"refs/tags/k": oid, "refs/tags/blob": blob}


def test_each_line_is_answered_by_itself(server: Server, object_format: str, nothing: str, tag: GitObject) -> None:
    oid = tag.id(object_format)
    lines = [command(nothing, oid, ref) for ref in ("refs/tags/k", "refs/tags/k", "k", b"refs/tags/\xff")]

    result = raw_push(server.path, lines, pack=pack_of([tag], object_format))

    reasons = [reason for _, reason in result.report]
    if git_moves_refs_at_once():
        # One ref twice spoils the whole push.
        assert reasons == ["failed to update refs"] * 4
    else:
        assert result.landed == {b"refs/tags/k", b"refs/tags/\xff"}
        assert reasons == [None, "failed to update ref", "funny refname", None]


@pytest.mark.parametrize("pack", [None, b"PACK", "cut short", "of other objects"])
def test_without_its_objects_nothing_lands(
    server: Server, object_format: str, nothing: str, tag: GitObject, pack: str | bytes | None
) -> None:
    if pack == "cut short":
        pack = pack_of([tag], object_format)[:-30]
    elif pack == "of other objects":
        pack = pack_of([EMPTY_TREE], object_format)
    assert not isinstance(pack, str)

    result = raw_push(server.path, [command(nothing, tag.id(object_format), "refs/tags/k")], pack=pack)

    assert not result.landed
    assert not server.tags()
    assert result.unpacked != "ok" or result.report == [(b"refs/tags/k", "missing necessary objects")]


def test_an_atomic_push_lands_as_a_whole_or_not(
    server: Server, object_format: str, nothing: str, tag: GitObject
) -> None:
    oid = tag.id(object_format)
    lines = [command(nothing, oid, "refs/tags/k"), command(oid, oid, "refs/tags/l")]
    pack = pack_of([tag], object_format)

    assert not raw_push(server.path, lines, pack=pack, capabilities=["atomic"]).landed
    assert raw_push(server.path, lines, pack=pack).landed == {b"refs/tags/k"}


def test_what_happens_meanwhile_is_not_in_what_was_seen(server: Server, nothing: str) -> None:
    main = server.git("rev-parse", "main")
    seen = []

    def meanwhile(advertisement: Advertisement) -> None:
        seen.append(advertisement)
        server.git("update-ref", "-d", "refs/heads/main")

    server.git("update-ref", "refs/tags/k", main)
    raw_push(server.path, [command(main, nothing, "refs/tags/k")], between=meanwhile)

    assert seen[0].refs == {b"refs/heads/main": main, b"refs/tags/k": main}
    assert {"report-status", "delete-refs"} <= seen[0].capabilities
    assert not server.refs()


def test_hooks_get_push_options_and_their_words_come_back(
    server: Server, object_format: str, nothing: str, tag: GitObject
) -> None:
    hook = server.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho "no: $GIT_PUSH_OPTION_0"\ncat\nexit 1\n')
    hook.chmod(0o755)
    server.git("config", "receive.advertisePushOptions", "true")
    line = command(nothing, tag.id(object_format), "refs/tags/k")

    result = raw_push(server.path, [line], pack=pack_of([tag], object_format), options=["haste"])

    assert result.told == f"no: haste\n{line.decode()}\n"
    assert result.report == [(b"refs/tags/k", "pre-receive hook declined")]


def test_a_history_can_be_cut_off(server: Server, object_format: str, nothing: str) -> None:
    orphan = commit_object(EMPTY_TREE.id(object_format), [nothing.replace("0", "e")], at=1_700_000_000)
    oid = orphan.id(object_format)
    pack = pack_of([orphan, EMPTY_TREE], object_format)
    line = command(nothing, oid, "refs/heads/cut")

    assert raw_push(server.path, [line], pack=pack).report == [(b"refs/heads/cut", "missing necessary objects")]
    refused = raw_push(server.path, [line], pack=pack, shallow=[oid])
    assert refused.report == [(b"refs/heads/cut", "shallow update not allowed")]
    server.git("config", "receive.shallowUpdate", "true")
    assert raw_push(server.path, [line], pack=pack, shallow=[oid]).landed == {b"refs/heads/cut"}


def test_it_can_talk_what_is_no_protocol(server: Server, repo: Repo) -> None:
    result = raw_push(server.path, [b"nonsense"])

    assert result.exit != 0
    assert result.unpacked is None
    assert "protocol error" in result.error
    assert repo.refs()
