"""What the hook file hands on to Python: all of Git's input, however it comes, and never none."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.ref_updates import parse_receive_lines

if TYPE_CHECKING:
    pass
from support.shell_hook import ZERO, HookRepo, Ran


class TestWhatIsHandedOn:
    def test_the_lines_that_were_read_and_the_rest_of_stdin(self, served: HookRepo) -> None:
        lines = [(ZERO, served.first, f"refs/heads/b{number}") for number in range(3)]
        lines += [(ZERO, served.first, "refs/tags/m@v1.0.0"), (ZERO, served.first, "refs/heads/after")]

        ran = served.run(*lines, host="gitea")

        read = "\n".join(" ".join(line) for line in lines[:4])
        assert ran.stdout == f"python [gitea  {read}\n] [{' '.join(lines[4])}]\n"

    def test_bytes_of_every_kind(self, served: HookRepo) -> None:
        odd = bytes(byte for byte in range(1, 256) if byte != 10) + b"\\n \\"
        line = f"{ZERO} {served.first} refs/tags/".encode() + odd

        ran = served.run(stdin=line + b"\n")

        assert os.fsencode(ran.stdout) == b"python [  " + line + b"\n] []\n"

    @pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")
    @pytest.mark.parametrize("at", [60, 88, 92, 95, 97, 98, 99, 100, 101, 150, 190, 193, 194, 195, 196, 197, 198, 199])
    def test_a_line_that_an_error_cut_in_two_is_put_together_again(self, served: HookRepo, at: int) -> None:
        given = f"{ZERO} {served.first} refs/heads/a\n{ZERO} {served.first} refs/tags/m@v1\n".encode()
        served.run(stdin=b"x\n")
        handed = served.repo.path / "handed"
        served.python.write_text(f'#!/bin/sh\nprintf %s "$6" >{handed}\ncat >>{handed}\nexit 101\n')
        inject = ["-e", "trace=read", "-e", f"inject=read:error=EIO:when={at}"]
        command = ["strace", "-qq", "-o", str(served.repo.path / "trace"), *inject, *served.shell, "hooks/pre-receive"]

        ran = subprocess.run(command, cwd=served.repo.path, input=given, capture_output=True, timeout=60)

        injected = [line for line in (served.repo.path / "trace").read_text().splitlines() if "INJECTED" in line]
        assert injected or at > 150
        if injected and not injected[0].startswith("read(0,"):  # in the hook file itself
            assert ran.returncode > 1
        elif "bash" not in served.shell or not injected:
            assert (ran.returncode, handed.read_bytes()) == (1, given)
        else:  # bash forgets what it has read of the line
            assert ran.returncode == 3 or is_no_list_of_refs(handed.read_bytes())

    def test_a_line_that_comes_later_where_reading_does_not_wait_for_it(self, served: HookRepo) -> None:
        branch, tag = lines_of_a_push(served)
        reading, writing = os.pipe()
        os.set_blocking(reading, False)

        ran = fed(served, reading, writing, (branch, tag))

        assert (ran.exit, ran.started_python) == (1, True)

    # Before the end, in what the shell looks for, and behind the first space.
    @pytest.mark.parametrize("at", [-1, *(pytest.param(at, marks=pytest.mark.thorough) for at in (-9, -15, 45))])
    def test_a_line_of_which_a_signal_makes_a_shell_forget_the_beginning(self, served: HookRepo, at: int) -> None:
        branch, tag = lines_of_a_push(served)

        ran = fed(served, *os.pipe(), (branch + tag[:at], tag[at:]), between=signal.SIGCHLD)

        assert (ran.exit, ran.started_python) == (1, True)

    @pytest.mark.thorough
    @pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
    def test_a_line_that_comes_later_than_a_shell_may_wait(self, one_shell: HookRepo) -> None:
        one_shell.run(stdin=b"x\n")
        lines = [f"{ZERO} {one_shell.first} {ref}" for ref in ("refs/heads/feature", "refs/tags/m@v1.0.0")]
        slowly = f"{{ echo '{lines[0]}'; sleep 2.2; echo '{lines[1]}'; }} | GIT_DIR=. TMOUT=1 bash hooks/pre-receive"

        ran = subprocess.run(["bash", "-c", slowly], cwd=one_shell.repo.path, stdout=subprocess.PIPE, text=True)

        assert ran.returncode == 1
        assert lines[1] in ran.stdout

    def test_a_last_line_without_its_end(self, served: HookRepo) -> None:
        line = f"{ZERO} {served.first} refs/tags/m@v1.0.0"

        assert served.run(stdin=line.encode()).stdout == f"python [  {line}] []\n"

    def test_of_a_big_push_the_shell_reads_little(self, served: HookRepo) -> None:
        lines = [(ZERO, served.first, f"refs/heads/{number:050}") for number in range(5000)]

        ran = served.run(*lines)

        assert ran.started_python
        read, _, rest = ran.stdout.partition("] [")
        assert 0 < len(read) < 8000
        assert len(rest) > 500_000

    def test_a_line_as_long_as_git_takes_it(self, served: HookRepo) -> None:
        lines = [(ZERO, served.first, f"refs/heads/{number:050}") for number in range(40)]
        lines.append((ZERO, served.first, "refs/heads/" + "x" * 65_000))

        assert served.run(*lines).started_python

    def test_update_hands_on_its_arguments(self, served: HookRepo) -> None:
        ran = served.run((ZERO, served.first, "refs/tags/m @$(x)"), hook="update")

        assert ran.stdout == f"python [  refs/tags/m @$(x) {ZERO} {served.first}] []\n"


def lines_of_a_push(repo: HookRepo) -> list[bytes]:
    """What Git says of a new branch and of a new tag."""
    return [f"{ZERO} {repo.first} {ref}\n".encode() for ref in ("refs/heads/feature", "refs/tags/m@v1.0.0")]


def fed(
    repo: HookRepo, reading: int, writing: int, pieces: tuple[bytes, bytes], *, between: signal.Signals | None = None
) -> Ran:
    """A run of the hook on what comes through a pipe in two pieces, and gets a signal in `between`."""
    repo.run(stdin=b"x\n")  # puts the hook file there
    os.write(writing, pieces[0])
    with subprocess.Popen(
        [*repo.shell, "hooks/pre-receive"],
        cwd=repo.repo.path,
        env={**os.environ, "GIT_DIR": "."},
        stdin=reading,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as hook:
        time.sleep(0.1)
        if between is not None:
            hook.send_signal(between)
            time.sleep(0.05)
        os.write(writing, pieces[1])
        os.close(writing)
        os.close(reading)
        said, complained = hook.communicate(timeout=60)
    return Ran(hook.returncode, os.fsdecode(said), os.fsdecode(complained))


def is_no_list_of_refs(given: bytes) -> bool:
    try:
        parse_receive_lines(given)
    except CannotJudge:
        return True
    return False


class TestNoInput:
    """Git starts pre-receive only for a push of refs, and update with three arguments."""

    def test_is_not_accepted(self, served: HookRepo) -> None:
        ran = served.run(stdin=b"")

        assert ran.exit == 3
        assert "Git named no refs to this hook" in ran.stderr
        assert len(ran.stderr.splitlines()) == 1

    def test_empty_lines_are_left_to_python(self, served: HookRepo) -> None:
        assert served.run(stdin=b"\n\n").started_python

    def test_for_update_is_not_accepted(self, served: HookRepo) -> None:
        served.run((ZERO, served.first, "refs/heads/feature"), hook="update")
        ran = subprocess.run([*served.shell, "hooks/update", "refs/heads/x"], cwd=served.repo.path, capture_output=True)

        assert ran.returncode == 3
        assert b"Git named no ref to this hook" in ran.stderr

    @pytest.mark.parametrize("redirection", ["<&-", "</dev/null", "<.", "0>/dev/null"])
    def test_nor_is_a_closed_or_unreadable_one(self, served: HookRepo, redirection: str) -> None:
        served.run((ZERO, served.first, "refs/heads/feature"))
        command = shlex.join([*served.shell, "hooks/pre-receive"])

        ran = subprocess.run(
            ["sh", "-c", f"{command} {redirection}"], cwd=served.repo.path, capture_output=True, timeout=60
        )

        assert ran.returncode == 3 or (ran.returncode == 1 and ran.stdout.startswith(b"python"))
