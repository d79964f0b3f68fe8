"""The files of a rotated push log are verified together, wherever they are."""

from __future__ import annotations

import gzip
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from support.rotated_log import REFUSED, log, troubles
from tagwarden.cli.run import run
from tagwarden.server_hooks.log.chain import verify
from tagwarden.server_hooks.log.files import rotated_files
from tagwarden.server_hooks.log.line import LOG
from tagwarden.server_hooks.pusher import Pusher

Capture = pytest.CaptureFixture[str]


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
