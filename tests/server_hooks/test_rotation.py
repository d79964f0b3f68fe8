"""Rotation of the push log: the chain goes on, nothing is lost or doubled, whoever is killed when."""

from __future__ import annotations

import gzip
import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Server
from tagwarden.cli.push_log import follow
from tagwarden.cli.run import run
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.chain import read_lines, read_lines_backward, verify
from tagwarden.server_hooks.log.files import rotated_files
from tagwarden.server_hooks.log.line import HEAD, LOG, Entry
from tagwarden.server_hooks.log.mark import everything_is_settled
from tagwarden.server_hooks.log.rotation import rotate
from tagwarden.server_hooks.log.settlement import settle
from tagwarden.server_hooks.log.unsettled import unsettled_lines
from tagwarden.server_hooks.pusher import Pusher

Capture = pytest.CaptureFixture[str]

REFUSED = Entry(
    "pre-receive", Pusher("ada", None, "REMOTE_USER"), (RefUpdate(None, "1" * 40, "refs/tags/x"),), "refused"
)


@pytest.fixture
def folder(new_server) -> str:
    return str(new_server(hook=None).path)


def log(folder: str, number: int, entry: Entry = REFUSED) -> list[str]:
    return [append_to_log(folder, entry, durable=False) for _ in range(number)]


def turn(folder: str) -> None:
    assert rotate(folder, Git.of_folder(folder)) is not None


def numbers(folder: str) -> list[int]:
    return [json.loads(line)["line"] for line in read_lines(folder)]


def troubles(folder: str | None, *files: str) -> list[str]:
    return [trouble.message for trouble in verify(folder, files).troubles]


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


# Verification


@pytest.fixture
def parts(folder: str, tmp_path: Path) -> list[str]:
    """A log of 12 lines, cut into files of 5, 1, 2 and 4 lines that lie elsewhere."""
    log(folder, 12)
    lines = Path(folder, LOG).read_bytes().splitlines(keepends=True)
    paths = []
    for name, (first, last) in {"b": (0, 5), "d": (5, 6), "a": (6, 8), "c": (8, 12)}.items():
        path = tmp_path / name
        path.write_bytes(b"".join(lines[first:last]))
        paths.append(str(path))
    return paths


def test_files_are_verified_together_in_any_split_and_order(folder: str, parts: list[str]) -> None:
    assert troubles(None, *sorted(parts)) == []
    assert verify(None, parts).lines == 12
    # The same lines twice are no trouble, as long as they are the same.
    assert troubles(folder, *parts) == []
    assert verify(folder, parts[2:]).lines == 12


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_file_that_lacks_or_a_line_that_was_changed_is_named(parts: list[str], at: int) -> None:
    whole = Path(parts[at]).read_bytes()
    without = [part for part in parts if part != parts[at]]
    assert bool(troubles(None, *without)) == (at != 3)

    Path(parts[at]).write_bytes(whole.replace(b'"ada"', b'"eve"', 1))
    assert f"{parts[at]}: line 1 was changed: its content does not match its hash" in troubles(None, *parts)


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_copy_that_says_something_else_with_hashes_to_match_is_found(
    folder: str, parts: list[str], at: int, tmp_path: Path
) -> None:
    other = tmp_path / "other.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(other)], check=True)
    log(str(other), 12, REFUSED._replace(pusher=Pusher("eve", None, "REMOTE_USER")))
    forged = Path(other, LOG).read_bytes().splitlines(keepends=True)
    first, last = ((0, 5), (5, 6), (6, 8), (8, 12))[at]
    Path(parts[at]).write_bytes(b"".join(forged[first:last]))

    assert troubles(None, *parts)
    assert troubles(folder, parts[at])


def test_the_command_verifies_files_with_the_log_of_the_repository_here(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    log(folder, 3)
    assert run(["log", "--rotate", folder]) == 0
    rotated = Path(rotated_files(folder)[0].path)
    assert capsys.readouterr().out == f"lines 1 to 3 are in {rotated} now\n"
    log(folder, 2)
    away = rotated.rename(tmp_path / "archived.jsonl")
    monkeypatch.chdir(folder)

    assert run(["log", "--verify"]) == 1
    assert "name the files that hold them, too" in capsys.readouterr().out
    assert run(["log", "--verify", str(away)]) == 0
    assert "is intact: 5 lines" in capsys.readouterr().out
    assert run(["log", "--verify", str(away), f"{folder}/{LOG}"]) == 0
    renamed = away.rename(Path(folder) / f"{LOG}.1")
    capsys.readouterr()
    assert run(["log", "--verify"]) == 1
    as_told = capsys.readouterr().out.partition("too: ")[2].splitlines()[0]
    assert shlex.split(as_told) == ["tagwarden", "log", "--verify", str(renamed), folder]
    assert run(shlex.split(as_told)[1:]) == 0
    renamed.rename(away)
    away.write_bytes(b"".join(away.read_bytes().splitlines(keepends=True)[:-1]))
    assert run(["log", "--verify", str(away), folder]) == 1
    assert "line 3 is missing before line 1 of the file" in capsys.readouterr().out


def test_a_file_that_logrotate_made_beside_the_log_becomes_a_part_of_it_again(folder: str, capsys: Capture) -> None:
    log(folder, 2)
    assert run(["log", "--rotate", folder]) == 0
    log(folder, 3)
    shutil.copy(f"{folder}/{LOG}", f"{folder}/{LOG}.1")
    os.truncate(f"{folder}/{LOG}", 0)
    log(folder, 1)
    capsys.readouterr()

    assert run(["log", "--verify", folder]) == 1
    said = capsys.readouterr().out
    assert "lines 3 to 5 are missing before line 1" in said
    assert run(shlex.split(said.partition("too: ")[2].splitlines()[0])[1:]) == 0
    subprocess.run(said.partition("log again: ")[2].splitlines()[0], shell=True, check=True)
    assert run(["log", "--verify", folder]) == 0
    assert "in 3 files is intact: 6 lines" in capsys.readouterr().out
    assert run(["log", "--rotate", folder]) == 0
    assert capsys.readouterr().out.startswith(f"line 6 is in {folder}/")


def test_a_compressed_file_is_to_be_unpacked_first(folder: str, tmp_path: Path, capsys: Capture) -> None:
    log(folder, 2)
    assert run(["log", "--rotate", folder]) == 0
    (rotated,) = rotated_files(folder)
    packed = tmp_path / "old.jsonl.gz"
    packed.write_bytes(gzip.compress(Path(rotated.path).read_bytes()))
    Path(rotated.path).unlink()

    assert run(["log", "--verify", str(packed), folder]) == 3
    assert f"{packed} is compressed; unpack it with `gzip -dk`" in capsys.readouterr().err
    subprocess.run(["gzip", "-dk", packed], check=True)
    assert run(["log", "--verify", str(packed.with_suffix("")), folder]) == 0


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


# The command


def test_the_newest_pushes_are_found_without_reading_the_rest(folder: str, capsys: Capture) -> None:
    log(folder, 3)
    turn(folder)
    log(folder, 1, REFUSED._replace(pusher=Pusher("bob", None, "REMOTE_USER", 1001)))
    Path(rotated_files(folder)[0].path).unlink()
    Path(folder, "tagwarden", "push-log.000000000001.jsonl").mkdir()  # whoever opens it fails

    assert run(["log", "-n", "1", "--json", folder]) == 0
    assert [push["line"] for push in json.loads(capsys.readouterr().out)["pushes"]] == [4]
    assert run(["log", "-n", "2", folder]) == 3


def test_what_is_logged_meanwhile_is_followed_through_a_rotation(folder: str) -> None:
    log(folder, 2)
    command = [sys.executable, "-m", "tagwarden.cli", "log", "--follow", "-n", "1", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        said = [following.stdout.readline()]
        log(folder, 1, REFUSED._replace(pusher=Pusher("bob", None, "x")))
        turn(folder)
        log(folder, 1, REFUSED._replace(pusher=Pusher("cleo", None, "x")))
        while "cleo" not in said[-1] and len(said) < 20:
            said.append(following.stdout.readline())
        following.send_signal(signal.SIGINT)
    assert following.returncode == 130
    assert [name for line in said for name in ("ada", "bob", "cleo") if name in line] == ["ada", "bob", "cleo"]


def test_a_log_that_is_still_to_begin_is_followed(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    Path(folder, LOG).parent.mkdir()
    meanwhile = iter([lambda: log(folder, 1), lambda: log(folder, 1), lambda: os.kill(os.getpid(), signal.SIGINT)])
    monkeypatch.setattr(follow.time, "sleep", lambda _: next(meanwhile)())

    assert run(["log", "--follow", folder]) == 130
    assert capsys.readouterr().out.count("ada") == 2


def test_each_line_tells_the_user_that_the_kernel_knows(server: Server, clone, capsys: Capture) -> None:
    clone.tag("churn@v1.0.0")
    clone.push("churn@v1.0.0")

    (line,) = [json.loads(line) for line in read_lines(str(server.path))]
    assert line["pusher"]["uid"] == os.getuid()
    assert run(["log", str(server.path)]) == 0
    assert f", uid {os.getuid()}\n" in capsys.readouterr().out


def test_who_changed_the_policy_and_when_is_in_the_log(server: Server, clone, capsys: Capture) -> None:
    clone.tag("churn@v1.0.0")
    clone.push("churn@v1.0.0")
    clone.commit({"tagwarden.toml": 'mode = "evaluate"\n'})
    clone.git("push", "-q", "origin", "HEAD:main")
    clone.tag("churn@v1.1.0")
    clone.push("churn@v1.1.0")

    assert run(["log", "--policy-changes", "--json", str(server.path)]) == 0
    (push,) = json.loads(capsys.readouterr().out)["pushes"]
    policy = clone.git("rev-parse", "HEAD:tagwarden.toml").strip()
    assert [update["ref"] for update in push["updates"]] == ["refs/heads/main"]
    assert push["policies"][0]["id"] == policy
    assert json.loads(list(read_lines(str(server.path)))[-1])["policies"][0]["id"] == policy
