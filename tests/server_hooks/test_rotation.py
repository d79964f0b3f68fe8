"""Rotation of the push log: the chain goes on, nothing is lost or doubled, whoever is killed when."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.rotated_log import REFUSED, log, numbers, troubles, turn
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.log.chain import read_lines, read_lines_backward, verify
from tagwarden.server_hooks.log.files import rotated_files
from tagwarden.server_hooks.log.line import HEAD, LOG
from tagwarden.server_hooks.log.mark import everything_is_settled
from tagwarden.server_hooks.log.rotation import rotate
from tagwarden.server_hooks.log.settlement import settle
from tagwarden.server_hooks.log.unsettled import unsettled_lines

Capture = pytest.CaptureFixture[str]


def test_the_chain_goes_on_through_rotations(folder: str) -> None:
    hashes = []
    for number in (3, 1, 4):
        hashes += log(folder, number)
        turn(folder)
    hashes += log(folder, 2)

    assert [one.first for one in rotated_files(folder)] == [1, 4, 5]
    assert numbers(folder) == [*range(1, 11)]
    assert verify(folder, wanted=hashes[2])[:4] == (10, hashes[-1], (), ())


def test_what_is_rotated_last_is_still_known_where_the_head_file_is_lost(folder: str) -> None:
    log(folder, 3)
    turn(folder)
    Path(folder, HEAD).unlink()
    log(folder, 2)

    assert numbers(folder) == [1, 2, 3, 4, 5]
    assert troubles(folder) == []


def test_an_empty_log_and_a_small_one_are_not_rotated(folder: str) -> None:
    git = Git.of_folder(folder)
    assert rotate(folder, git) is None
    log(folder, 2)
    size = Path(folder, LOG).stat().st_size

    assert rotate(folder, git, over=size) is None
    assert rotate(folder, git, over=size - 1) is not None
    assert rotate(folder, git) is None


def test_lines_are_read_backward_across_all_files_and_blocks(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.server_hooks.log.files.STEP", 700)
    for number in (5, 1, 7):
        log(folder, number)
        turn(folder)
    long = REFUSED._replace(updates=[RefUpdate(None, "1" * 40, f"refs/tags/x{'y' * 90}{n}") for n in range(30)])
    log(folder, 1, long)
    log(folder, 2)
    with Path(folder, LOG).open("ab") as file:
        file.write(b'{"time": "20')

    assert list(read_lines_backward(folder)) == list(read_lines(folder))[::-1]
    assert numbers(folder) == [*range(1, 17)]


@pytest.mark.parametrize("block", [1, 2, 3, 5, 64])
def test_lines_are_read_backward_whatever_their_lengths(
    folder: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagwarden.server_hooks.log.files.STEP", block)
    log(folder, 1)
    for content in (b"", b"\n", b"\n\n", b"a\n", b"a\n\nbc\n", b"abc", b"abc\ndef", b"abcdef\ngh\n\ni\n"):
        Path(folder, LOG).write_bytes(content)

        assert list(read_lines_backward(folder)) == content.split(b"\n")[:-1][::-1], content


# Kills, and what is still to be settled


def test_lines_that_were_not_settled_before_the_rotation_are_settled_after_it(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = REFUSED._replace(
        outcome="accepted", guarded=False, updates=(RefUpdate(None, "1" * 40, "refs/tags/churn@v1.0.0"),)
    )
    log(folder, 2)
    log(folder, 1, lost)
    log(folder, 1)
    turn(folder)
    assert not everything_is_settled(folder)
    assert [line.number for line in unsettled_lines(folder)] == [3, 4]
    log(folder, 1)
    monkeypatch.setattr("tagwarden.server_hooks.log.settlement.ON_ITS_WAY", -1.0)
    turn(folder)

    lines = [json.loads(line) for line in read_lines(folder)]
    assert [(line["outcome"], line.get("of_line")) for line in lines[4:]] == [("refused", None), ("incomplete", 3)]
    assert settle(folder, Git.of_folder(folder)) == 0
    assert everything_is_settled(folder)
    assert troubles(folder) == []


def test_a_line_whose_hook_was_killed_before_it_was_noted_keeps_its_number(folder: str) -> None:
    log(folder, 2)
    noted = Path(folder, HEAD).read_bytes()
    log(folder, 1)
    Path(folder, HEAD).write_bytes(noted)
    turn(folder)
    log(folder, 1)

    assert numbers(folder) == [1, 2, 3, 4]
    assert troubles(folder) == []


def test_a_part_of_a_line_that_nobody_answered_for_goes_and_one_that_lost_its_end_stays(folder: str) -> None:
    log(folder, 2)
    with Path(folder, LOG).open("ab") as file:
        file.write(b'{"time": "20')
    turn(folder)
    log(folder, 2)
    assert troubles(folder) == []

    Path(folder, LOG).write_bytes(Path(folder, LOG).read_bytes()[:-20])
    turn(folder)
    log(folder, 1)
    assert numbers_that_can_be_read(folder) == [1, 2, 3, 5]
    assert any("was changed or inserted" in trouble for trouble in troubles(folder))


def numbers_that_can_be_read(folder: str) -> list[int]:
    found = []
    for line in read_lines(folder):
        try:
            found.append(json.loads(line)["line"])
        except ValueError:
            pass
    return found


def test_a_file_that_has_the_name_already_is_not_overwritten(folder: str) -> None:
    log(folder, 1)
    there = Path(folder, "tagwarden", "push-log.000000000001.jsonl")
    there.write_text("a copy\n")

    with pytest.raises(CannotJudge, match="is not overwritten"):
        turn(folder)
    assert there.read_text() == "a copy\n"


CALLS = ("rename", "fsync", "pwrite", "open")


@pytest.mark.parametrize("call", CALLS)
def test_a_rotation_that_fails_at_any_call_leaves_a_whole_log(
    folder: str, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(os, call)
    for at in range(1, 40):
        log(folder, 2)
        calls = iter(range(1, 1000))

        def failing(*args: object, calls: Iterator[int] = calls, at: int = at, **options: object) -> object:
            if next(calls) == at:
                raise OSError(5, "Input/output error")
            return real(*args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            try:
                rotate(folder, Git.of_folder(folder))
            except (OSError, CannotJudge):
                pass
        assert numbers(folder) == [*range(1, 2 * at + 1)], at
        assert troubles(folder) == [], at
        if next(calls) <= at:
            return
    raise AssertionError("a rotation without end")


ROTATE = """
import sys
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.log.rotation import rotate
from tagwarden.server_hooks.log.settlement import settle
folder = sys.argv[1]
while True:
    rotate(folder, Git.of_folder(folder))
"""

PUSH = """
import sys, time
from tagwarden.policy.push import RefUpdate
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.line import Entry
from tagwarden.server_hooks.pusher import Pusher
entry = Entry("pre-receive", Pusher("ada", None, "x"), (RefUpdate(None, "1" * 40, "refs/tags/x"),), "refused")
for _ in range(int(sys.argv[2])):
    print(append_to_log(sys.argv[1], entry, durable=False), flush=True)
    time.sleep(0.003)
"""


@pytest.mark.parametrize(("pushers", "kills"), [(2, 4), pytest.param(20, 40, marks=pytest.mark.thorough)])
def test_pushes_with_rotations_and_kills_between_them_lose_and_double_nothing(
    folder: str, pushers: int, kills: int
) -> None:
    chance = random.Random(1)
    log(folder, 1)
    push = [sys.executable, "-c", PUSH, folder]
    pushing = [subprocess.Popen([*push, "40"], stdout=subprocess.PIPE, text=True) for _ in range(pushers)]
    killed = []
    for _ in range(kills):
        rotating = subprocess.Popen([sys.executable, "-c", ROTATE, folder], stderr=subprocess.DEVNULL)
        killed.append(subprocess.Popen([*push, "1000"], stdout=subprocess.PIPE, text=True))
        time.sleep(0.25 + 0.2 * chance.random())
        for child in (rotating, killed[-1]):
            child.send_signal(signal.SIGKILL)
            child.wait()
    answered = [digest for child in pushing for digest in child.communicate()[0].split()]
    answered_before = [digest for child in killed for digest in child.communicate()[0].split() if len(digest) == 64]
    log(folder, 1)

    hashes = [json.loads(line)["hash"] for line in read_lines(folder)]
    assert len(answered) == pushers * 40
    assert {*answered, *answered_before} <= set(hashes)
    # Of each that was killed one line may be there that it did not come to tell of.
    assert len(set(hashes)) == len(hashes) <= len(answered) + len(answered_before) + kills + 2
    assert len(rotated_files(folder)) > 1
    assert troubles(folder) == []
