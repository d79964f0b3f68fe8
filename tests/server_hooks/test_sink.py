"""The command that gets each line of the push log."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.waiting import eventually
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.log.chain import read_lines
from tagwarden.server_hooks.log.line import LOG
from tagwarden.server_hooks.log.rotation import rotate
from tagwarden.server_hooks.log.sink import send, unsent

SECONDS = 30.0


@pytest.fixture
def got(server: Server, tmp_path: Path) -> Callable[[], list[bytes]]:
    """What the command that is set got so far."""
    server.git("config", "tagwarden.logSink", f"cat >>'{tmp_path}/got'")
    return lambda: (tmp_path / "got").read_bytes().splitlines() if (tmp_path / "got").exists() else []


def test_each_line_comes_once_and_in_order_whatever_became_of_the_push(
    server: Server, clone: Repo, got: Callable[[], list[bytes]]
) -> None:
    for number, tag in enumerate(("churn@v1.0.0", "churn@v1", "churn#prod", "churn@v0.1.0"), 1):
        clone.tag(tag)
        clone.push(tag)
        assert eventually(lambda number=number: len(got()) == number)  # type: ignore[misc]

    assert got() == list(read_lines(str(server.path)))
    # That a line was handed over is noted after the command has got it.
    assert eventually(lambda: not list(unsent(str(server.path))))


def test_what_a_command_did_not_take_the_next_push_hands_over_through_a_rotation(
    server: Server, clone: Repo, tmp_path: Path
) -> None:
    folder = str(server.path)
    clone.tag("churn@v1.0.0")
    clone.push("churn@v1.0.0")
    assert send(folder, "cat >/dev/null")
    for tag in ("churn@v1", "churn@v2"):
        clone.tag(tag)
        clone.push(tag)
    assert not send(folder, f"cat >>'{tmp_path}/partly'; exit 1")
    assert rotate(folder, Git.of_folder(folder)) is not None
    clone.tag("churn@v3")
    clone.push("churn@v3")

    assert [line.number for line in unsent(folder)] == [2, 3, 4]
    assert send(folder, f"cat >>'{tmp_path}/got'")
    assert (tmp_path / "got").read_bytes().splitlines() == list(read_lines(folder))[1:]


def test_who_finds_another_at_it_leaves_the_lines_to_that_one(server: Server, clone: Repo, tmp_path: Path) -> None:
    folder = str(server.path)
    clone.tag("churn@v1.0.0")
    clone.push("churn@v1.0.0")
    slow = f"cat >>'{tmp_path}/got'; touch '{tmp_path}/began'; until [ -e '{tmp_path}/go' ]; do sleep 0.05; done"
    sending = threading.Thread(target=send, args=(folder, slow))
    sending.start()
    assert eventually((tmp_path / "began").exists)
    clone.tag("churn@v1")
    clone.push("churn@v1")

    assert send(folder, f"touch '{tmp_path}/second'")
    (tmp_path / "go").touch()
    sending.join()
    assert (tmp_path / "got").read_bytes().splitlines() == list(read_lines(folder))
    assert not (tmp_path / "second").exists()


def test_the_pusher_does_not_wait_for_it(server: Server, clone: Repo) -> None:
    server.git("config", "tagwarden.logSink", "cat >/dev/null; sleep 60")
    clone.tag("churn@v1.0.0")
    began = time.monotonic()

    assert clone.push("churn@v1.0.0").ok
    clone.tag("churn@v1.1.0", clone.commit())
    assert clone.push("churn@v1.1.0").ok
    assert time.monotonic() - began < 50


def test_the_command_sees_the_repository_and_nothing_of_the_push(server: Server, clone: Repo, tmp_path: Path) -> None:
    server.git("config", "receive.advertisePushOptions", "true")
    server.git("config", "tagwarden.logSink", f"env >'{tmp_path}/new'; mv '{tmp_path}/new' '{tmp_path}/env'")
    clone.tag("churn@v1.0.0")
    assert clone.push("--push-option=hello", "churn@v1.0.0").ok

    assert eventually((tmp_path / "env").exists)
    names = {line.partition("=")[0]: line.partition("=")[2] for line in (tmp_path / "env").read_text().splitlines()}
    assert names["GIT_DIR"] == str(server.path)
    assert not {name for name in names if name.startswith(("GIT_PUSH", "GIT_QUARANTINE", "GIT_OBJECT"))}


def test_status_tells_what_it_did_not_take(server: Server, clone: Repo) -> None:
    clone.tag("churn@v1.0.0")
    clone.push("churn@v1.0.0")
    server.git("config", "tagwarden.logSink", "false")
    assert tagwarden(server.path, "status", "--server", ".").status == 0
    os.utime(server.path / LOG, (1, 1))
    told = tagwarden(server.path, "status", "--server", ".")

    assert told.status == 1
    assert "has not taken the lines of the push log from 1 on" in told.out


def test_status_tries_the_hooks_without_a_word_to_the_command(server: Server, got: Callable[[], list[bytes]]) -> None:
    assert tagwarden(server.path, "status", "--server", ".").status == 0
    time.sleep(0.3)

    assert got() == []
