"""What a hook says reaches whoever reads it; whoever does not read it holds nobody else up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import Repo, Server
from support.played_examples import fixes
from support.waiting import eventually
from tagwarden.report.message import MOST_BYTES

NewServer = Callable[..., Server]

TELL = """
import sys, time
from tagwarden.server_hooks.messages import write_message
began = time.monotonic()
told = write_message(["x" * 60] * int(sys.argv[1]) + ["the end"], seconds=float(sys.argv[2]))
print(told, time.monotonic() - began)
"""


@contextmanager
def unread_pipe(*, full: bool) -> Iterator[int]:
    """The end of a pipe that nobody reads."""
    read_end, write_end = os.pipe()
    try:
        if full:
            os.set_blocking(write_end, False)
            try:
                while os.write(write_end, b"x" * 4096):
                    pass
            except BlockingIOError:
                pass
            os.set_blocking(write_end, True)
        yield write_end
    finally:
        os.close(read_end)
        os.close(write_end)


def write_into(stderr: int, lines: int, seconds: float) -> tuple[bool, float]:
    ran = subprocess.run(
        [sys.executable, "-I", "-c", TELL, str(lines), str(seconds)],
        stdout=subprocess.PIPE, stderr=stderr, text=True, check=True, timeout=60,
    )  # fmt: skip
    told, took = ran.stdout.split()
    return told == "True", float(took)


def test_nobody_waits_for_a_full_pipe_longer_than_told() -> None:
    with unread_pipe(full=True) as pipe:
        told, took = write_into(pipe, 3, 0.3)
    assert not told
    assert 0.25 < took < 5


def test_what_a_pipe_can_hold_waits_for_nobody() -> None:
    with unread_pipe(full=False) as pipe:
        told, took = write_into(pipe, 3, 5)
    assert told
    assert took < 5


def test_very_much_is_cut_and_its_last_line_is_said() -> None:
    ran = subprocess.run(
        [sys.executable, "-I", "-c", TELL, "100000", "30"], capture_output=True, text=True, check=True, timeout=60
    )
    lines = ran.stderr.splitlines()
    assert len(ran.stderr) <= MOST_BYTES + 100
    assert lines[-1] == "the end"
    assert lines[-2].startswith("... 9")
    assert lines[-2].endswith(" more lines")


def refused_lines(server: Server, count: int) -> bytes:
    commit = server.git("rev-parse", "main")
    return "".join(f"{'0' * 40} {commit} refs/tags/m@v1.0.{number}\n" for number in range(count)).encode()


def run_hook(server: Server, given: bytes, stderr: int) -> subprocess.Popen[bytes]:
    """The hook, as a receive-pack that lives on would start it."""
    process = subprocess.Popen(
        [str(server.path / "hooks/pre-receive")],
        cwd=server.path, stdin=subprocess.PIPE, stderr=stderr, env={**os.environ, "GIT_DIR": "."},
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(given)
    process.stdin.close()
    return process


def test_a_refused_push_that_nobody_reads_lets_others_go_on(server: Server, clone: Repo) -> None:
    with unread_pipe(full=True) as pipe:
        stuck = run_hook(server, refused_lines(server, 100), pipe)
        try:
            assert eventually(lambda: (server.path / "tagwarden/push-log.jsonl").exists())
            began = time.monotonic()
            clone.tag("n@v1.0.0")
            assert clone.push("n@v1.0.0").ok
            assert time.monotonic() - began < 5
            assert stuck.poll() is None, "it still waits for its reader"
        finally:
            stuck.kill()
            stuck.wait()


def test_an_accepted_push_whose_warnings_nobody_reads_ends_all_the_same(server: Server, clone: Repo) -> None:
    server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})
    with unread_pipe(full=True) as pipe:
        began = time.monotonic()
        assert run_hook(server, refused_lines(server, 100), pipe).wait(60) == 0
        assert time.monotonic() - began < 10
    clone.tag("n@v1.0.0")
    assert clone.push("n@v1.0.0").ok


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_warnings_reach_an_honest_pusher(new_server: NewServer, hook: str, tmp_path: Path) -> None:
    server = new_server(hook=hook)
    server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})
    clone = server.clone()
    clone.lightweight("m@v1.0.0")
    pushed = clone.push("m@v1.0.0")
    assert pushed.ok
    assert "annotated" in pushed.rules


@pytest.mark.parametrize("pushed", [["m@1.2.0"], ["m@1.2.0", "m@v1.2.0"]], ids=["it exists there", "it is pushed, too"])
def test_a_near_miss_whose_right_name_is_taken_is_to_be_deleted(server: Server, clone: Repo, pushed: list[str]) -> None:
    clone.tag("m@v1.2.0")
    if len(pushed) == 1:
        assert clone.push("m@v1.2.0").ok
    clone.tag("m@1.2.0")

    refused = clone.push(*pushed)

    assert "and 'm@v1.2.0' exists already" in refused.stderr
    assert fixes(refused.stderr) == ["git tag -d m@1.2.0"]
