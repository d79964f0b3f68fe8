"""`tagwarden log` on a server: the newest pushes, new ones as they come, who pushed, and changes of the policy."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import Server
from support.rotated_log import REFUSED, log, turn
from tagwarden.cli.push_log import follow
from tagwarden.cli.run import run
from tagwarden.server_hooks.log.chain import read_lines
from tagwarden.server_hooks.log.files import rotated_files
from tagwarden.server_hooks.log.line import LOG
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
