"""`tagwarden log` on a server: the newest pushes, new ones as they come, who pushed, and changes of the policy."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from support import Server
from support.rotated_log import REFUSED, log, turn
from tagwarden.cli.push_log import follow
from tagwarden.cli.run import run
from tagwarden.server_hooks.log.chain import read_lines
from tagwarden.server_hooks.log.files import rotated_files
from tagwarden.server_hooks.log.line import HEAD, LOG
from tagwarden.server_hooks.pusher import Pusher

Capture = pytest.CaptureFixture[str]


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


def followed(folder: str, monkeypatch: pytest.MonkeyPatch, *events: Callable[[], object]) -> int:
    """Follow the log, with one of `events` between two looks each."""
    meanwhile = iter([*events, lambda: os.kill(os.getpid(), signal.SIGINT)])
    # Not the function itself, for which whoever waits for a process asks, too.
    monkeypatch.setattr(follow, "time", SimpleNamespace(sleep=lambda _: next(meanwhile)()))
    return run(["log", "--follow", "-n", "1", folder])


def test_a_log_that_is_still_to_begin_is_followed(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    Path(folder, LOG).parent.mkdir()

    assert followed(folder, monkeypatch, lambda: log(folder, 1), lambda: log(folder, 1)) == 130
    assert capsys.readouterr().out.count("ada") == 2


@pytest.mark.parametrize("with_head", [True, False])
@pytest.mark.parametrize("lines_between", [0, 1, 2])
def test_a_log_that_was_restored_from_an_older_backup_is_told_of_and_followed(
    folder: str, with_head: bool, lines_between: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    log(folder, 2)
    names = [LOG, *([HEAD] if with_head else [])]
    backup = {name: Path(folder, name).read_bytes() for name in names}
    log(folder, 1)

    def restore() -> None:
        for name, content in backup.items():
            Path(folder, name).write_bytes(content)
        if not with_head:
            Path(folder, HEAD).unlink()
        log(folder, lines_between, REFUSED._replace(pusher=Pusher("cleo", None, "x")))

    bob, dora = (REFUSED._replace(pusher=Pusher(name, None, "x")) for name in ("bob", "dora"))
    assert followed(folder, monkeypatch, lambda: log(folder, 1, bob), restore, lambda: log(folder, 1, dora)) == 130

    said = capsys.readouterr()
    assert said.err.startswith(
        "tagwarden: the push log was replaced by another state, such as an older backup: line 4 was the newest, it "
        f"now ends with line {2 + lines_between}. "
    )
    assert said.err.count("\n") == 2
    assert re.findall("ada|bob|cleo|dora", said.out) == ["ada", "bob", *["cleo"] * lines_between, "dora"]


def test_a_log_that_was_taken_away_is_told_of(folder: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    log(folder, 3)
    gone = [lambda: [Path(folder, name).unlink() for name in (LOG, HEAD)], lambda: log(folder, 1)]

    assert followed(folder, monkeypatch, *gone) == 130

    said = capsys.readouterr()
    assert said.err.count("line 3 was the newest, it now has no line. ") == 1
    assert said.out.count("ada") == 2


@pytest.mark.parametrize("put_away", ["copied and emptied", "renamed"])
def test_a_log_that_another_program_puts_away_is_followed_without_a_word(
    folder: str, put_away: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    log(folder, 1)
    turn(folder)
    log(folder, 2)
    file = Path(folder, LOG)
    put = {
        "copied and emptied": lambda: (shutil.copy(file, f"{file}.1"), file.write_bytes(b"")),
        "renamed": lambda: file.rename(f"{file}.1"),
    }
    assert followed(folder, monkeypatch, put[put_away], lambda: None, lambda: log(folder, 1)) == 130

    said = capsys.readouterr()
    assert said.err == "tagwarden: interrupted\n"
    assert said.out.count("ada") == 2


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
