"""What Git hands to hooks on stdin, byte by byte."""

from __future__ import annotations

import os
import subprocess

import pytest

from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.ref_updates import parse_pre_push_lines, parse_receive_lines, read_all_stdin

A, B, NONE = "a" * 40, "b" * 40, "0" * 40


def line(*fields: str) -> bytes:
    return " ".join(fields).encode("utf-8", "surrogateescape") + b"\n"


def test_a_created_a_moved_and_a_deleted_ref_are_told_apart() -> None:
    data = line(NONE, A, "refs/tags/m@v1.0.0") + line(A, B, "refs/tags/t") + line(B, NONE, "refs/heads/main")

    assert parse_receive_lines(data) == [
        RefUpdate(None, A, "refs/tags/m@v1.0.0"),
        RefUpdate(A, B, "refs/tags/t"),
        RefUpdate(B, None, "refs/heads/main"),
    ]


def test_a_deletion_of_a_ref_that_is_not_there_has_neither_end() -> None:
    assert parse_receive_lines(line(NONE, NONE, "refs/tags/t")) == [RefUpdate(None, None, "refs/tags/t")]


def test_ids_may_be_sha256() -> None:
    assert parse_receive_lines(line("0" * 64, "c" * 64, "refs/tags/t")) == [RefUpdate(None, "c" * 64, "refs/tags/t")]


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n"], ids=["nothing", "an empty line", "empty lines"])
def test_empty_input_is_no_update(data: bytes) -> None:
    assert parse_pre_push_lines(data) == []


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n"], ids=["nothing", "an empty line", "empty lines"])
def test_a_server_hook_is_never_started_for_nothing(data: bytes) -> None:
    with pytest.raises(CannotJudge, match="list of pushed refs is empty"):
        parse_receive_lines(data)


def test_a_ref_that_is_named_twice_is_judged_in_no_way() -> None:
    twice = line(NONE, A, "refs/heads/x") + line(NONE, A, "refs/tags/m@v1.0.0") + line(NONE, A, "refs/heads/x")

    with pytest.raises(CannotJudge, match="'refs/heads/x' twice"):
        parse_receive_lines(twice)


@pytest.mark.parametrize(
    "ref",
    [
        "m@v1.0.0", "HEAD", "refs/tags/a..b", "refs/tags/a@{b", "refs/tags/.a", "refs/tags/a.lock", "refs/a.lock/b",
        "refs/tags/a//b", "refs/tags/a/", "refs/tags/a.", "refs/tags/a\rb", "refs/tags/a\0b", "refs/tags/a b",
        "refs/tags/a~b", "refs/tags/a^", "refs/tags/a:b", "refs/tags/a?", "refs/tags/a*", "refs/tags/a[",
        "refs/tags/a\\", "refs/tags/a\x7f", "refs/tags/a\tb",
    ],
)  # fmt: skip
def test_a_name_that_git_can_not_keep_is_judged_in_no_way(ref: str) -> None:
    assert subprocess.run(["git", "check-ref-format", ref.replace("\0", "\1")]).returncode != 0 or "/" not in ref

    with pytest.raises(CannotJudge, match="which Git can't store"):
        parse_receive_lines(line(NONE, A, "refs/heads/fine") + line(NONE, A, ref))


@pytest.mark.parametrize("ref", ["refs/heads/@", "refs/tags/a@b", "refs/tags/a./b", "refs/x", "refs/tags/\udcff"])
def test_odd_names_that_git_keeps_are_taken(ref: str) -> None:
    assert [update.ref for update in parse_receive_lines(line(NONE, A, ref))] == [ref]


@pytest.mark.parametrize("spoilt", [line(NONE, A, "refs/tags/t")[:-1], b"\n" + line(NONE, A, "refs/tags/t")])
def test_input_that_lost_a_part_is_not_read_as_whole(spoilt: bytes) -> None:
    with pytest.raises(CannotJudge, match="holds a line that can't be read"):
        parse_receive_lines(line(NONE, A, "refs/heads/b") + spoilt)


def test_a_client_hook_takes_a_last_line_without_its_newline() -> None:
    assert parse_pre_push_lines(f"HEAD {A} refs/tags/t {NONE}".encode()) == [RefUpdate(None, A, "refs/tags/t")]


@pytest.mark.parametrize(
    "name",
    ["refs/tags/a\u2028b", "refs/tags/a\x85b", "refs/tags/\udcff\udcfe", "refs/tags/$(id)`;|&", "refs/tags/a\u202eb"],
)
def test_names_of_any_bytes_come_back_unchanged(name: str) -> None:
    assert parse_receive_lines(line(NONE, A, name)) == [RefUpdate(None, A, name)]
    assert parse_pre_push_lines(line("refs/tags/t", A, name, NONE)) == [RefUpdate(None, A, name)]


def test_pre_push_is_judged_by_the_remote_ref() -> None:
    data = line("refs/tags/here", A, "refs/tags/there", B) + line("(delete)", NONE, "refs/tags/gone", A)

    assert parse_pre_push_lines(data) == [RefUpdate(B, A, "refs/tags/there"), RefUpdate(A, None, "refs/tags/gone")]


def test_the_local_side_of_pre_push_may_hold_spaces() -> None:
    assert parse_pre_push_lines(line("HEAD^{/fix the thing}", A, "refs/tags/t", NONE)) == [
        RefUpdate(None, A, "refs/tags/t")
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"garbage\n", id="one word"),
        pytest.param(line(A, "refs/tags/t"), id="a missing id"),
        pytest.param(line(A, B, ""), id="no ref"),
        pytest.param(line(A, B[:-1], "refs/tags/t"), id="an id that is too short"),
        pytest.param(line(A, B.upper(), "refs/tags/t"), id="an id in capitals"),
        pytest.param(line(A, "g" * 40, "refs/tags/t"), id="an id that is not hex"),
        pytest.param(line(A, B, "refs/tags/t").replace(b" ", b"\t"), id="tabs"),
        pytest.param(b"\xff\x1b[31m " + line(A, "refs/tags/t"), id="bytes of control"),
    ],
)
def test_a_line_that_cannot_be_read_keeps_the_push_from_being_judged(data: bytes) -> None:
    with pytest.raises(CannotJudge, match="can't be read") as refused:
        parse_receive_lines(line(NONE, A, "refs/tags/fine") + data)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("data", [b"refs/tags/t " + line(A, B), line("refs/tags/t", A, "refs/tags/t", "x")])
def test_a_pre_push_line_that_cannot_be_read_keeps_the_push_from_being_judged(data: bytes) -> None:
    with pytest.raises(CannotJudge, match="can't be read"):
        parse_pre_push_lines(data)


def test_stdin_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = iter([b"a" * 70000, b"b", b""])
    monkeypatch.setattr(os, "read", lambda *_: next(chunks))

    assert read_all_stdin() == b"a" * 70000 + b"b"


def test_a_closed_stdin_keeps_the_push_from_being_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(descriptor: int, count: int) -> bytes:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(os, "read", closed)

    with pytest.raises(CannotJudge, match="could not be read from stdin: Bad file descriptor"):
        read_all_stdin()
