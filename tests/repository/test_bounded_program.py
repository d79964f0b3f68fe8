"""Whoever reads a remote is not kept for ever, nor filled up."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git import bounded_program
from tagwarden.repository.git.bounded_program import TimedOut, TooMuchOutput, run_bounded
from tagwarden.repository.git.command import Git
from tagwarden.repository.open_repository import open_repository
from tagwarden.repository.remote.remote import Remote, RemoteUnavailable


def run_python(
    code: str, *, seconds: float | None = 30, given: bytes = b"", memory: int | None = None, terminal: bool = False
) -> bounded_program.CompletedProgram:
    return run_bounded(
        [sys.executable, "-I", "-c", code],
        environment=os.environ,
        seconds=seconds,
        given=given,
        memory=memory,
        terminal=terminal,
    )


def test_what_a_program_says_arrives_whole() -> None:
    answered = run_python(
        "import sys; sys.stderr.write('why'); print(sys.stdin.read() * 100000); sys.exit(3)", given=b"ab"
    )
    assert answered == (3, b"ab" * 100_000 + b"\n", b"why")


def test_one_that_does_not_end_is_ended_with_its_children() -> None:
    began = time.monotonic()
    with pytest.raises(TimedOut):
        run_python("import subprocess; subprocess.run(['sleep', '100'])", seconds=0.5)
    assert time.monotonic() - began < 20


def test_the_pipes_that_another_process_kept_open_are_closed_when_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_program, "LAST_SECONDS", 0.1)
    before = set(threading.enumerate())
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(TimedOut):
            run_python("import subprocess; subprocess.run(['sleep', '1'])", seconds=0.3, terminal=True)
        reading = set(threading.enumerate()) - before
        assert len(reading) == 2
        for thread in reading:
            thread.join(30)
    assert not warned


def test_what_one_said_until_it_took_too_long_is_known() -> None:
    with pytest.raises(TimedOut) as took:
        run_python("import time; print('half', flush=True); time.sleep(100)", seconds=2, terminal=True)
    assert took.value.so_far.output == b"half\n"


def test_without_a_limit_it_is_waited_for() -> None:
    assert run_python("print(1)", seconds=None, terminal=True) == (0, b"1\n", b"")


def test_one_that_can_not_be_started_says_why() -> None:
    with pytest.raises(CannotJudge, match="`/nowhere/program` could not be started: No such file") as failed:
        run_bounded(["/nowhere/program"], environment={}, seconds=1)
    assert isinstance(failed.value.__cause__, FileNotFoundError)


def test_only_one_that_may_talk_to_the_user_shares_our_session() -> None:
    session = "import os; print(os.getsid(0))"
    assert run_python(session).output != run_python(session, terminal=True).output


def test_one_that_says_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_program, "MOST_BYTES", 1 << 20)
    with pytest.raises(TooMuchOutput):
        run_python("while True: print('x' * 1000)")


@pytest.mark.skipif(sys.platform != "linux", reason="counts no anonymous memory elsewhere")
def test_one_that_takes_all_memory_fails() -> None:
    answered = run_python("x = bytearray(1 << 29)", memory=1 << 27)
    assert answered.status == 1
    assert b"MemoryError" in answered.stderr


@contextmanager
def daemon_that(answers: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a git daemon that never comes to an end."""
    ended = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            try:
                while not ended.wait(0):
                    answers(connection)
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"git://127.0.0.1:{server.getsockname()[1]}/models.git"
        finally:
            ended.set()
            thread.join(10)


def say_nothing(_: socket.socket) -> None:
    time.sleep(0.05)


def list_refs(connection: socket.socket) -> None:
    connection.sendall(b"".join(_packet(b"1" * 40 + b" refs/tags/m@v1.%d.0\n" % number) for number in range(1000)))


def _packet(line: bytes) -> bytes:
    return b"%04x" % (len(line) + 4) + line


@pytest.mark.parametrize("answers", [say_nothing, list_refs])
def test_a_remote_that_never_comes_to_an_end_is_given_up(
    answers: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagwarden.repository.open_repository.PATIENCE", 1.0)
    began = time.monotonic()
    with daemon_that(answers) as url, pytest.raises(RemoteUnavailable, match="did not say within 1 seconds"):
        Remote(Git.here(), url, seconds=1.0).list(None)
    with daemon_that(answers) as url, pytest.raises(CannotJudge, match="within 1 seconds"), open_repository(url):
        pass
    assert time.monotonic() - began < 30
