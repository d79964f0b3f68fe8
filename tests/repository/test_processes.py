"""Child processes: no hang, no zombie, no lost error message."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from support.project import ROOT
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git import scratch_files
from tagwarden.repository.git.processes import run, start
from tagwarden.repository.git.scratch_files import filled_scratch_file, scratch_file


@pytest.fixture(params=["posix_spawn", "subprocess"], autouse=True)
def way_of_starting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "subprocess":
        monkeypatch.delattr(os, "posix_spawnp")


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def environment() -> dict[str, str]:
    return dict(os.environ)


def test_output_and_status_of_a_program_come_back() -> None:
    assert run(python("print('here')"), environment=environment()) == (0, b"here\n")


def test_megabytes_in_and_out_do_not_dead_lock() -> None:
    echo = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    data = os.urandom(1 << 16) * 64

    assert run(python(echo), environment=environment(), given=data) == (0, data)


def test_megabytes_on_stderr_do_not_dead_lock_and_only_their_end_is_reported() -> None:
    noisy = "import sys; sys.stderr.write('x' * (1 << 22) + 'the end'); sys.exit(3)"

    with pytest.raises(CannotJudge, match=r"exit status 3 and said: x+the end\.") as refused:
        run(python(noisy), environment=environment())
    assert len(str(refused.value)) < 5000


def test_a_status_that_is_expected_is_no_failure() -> None:
    assert run(python("raise SystemExit(1)"), environment=environment(), accepted=(0, 1))[0] == 1


@pytest.mark.skipif(os.name == "nt", reason="there are no signals")
def test_a_program_killed_by_a_signal_is_a_failure_that_names_it() -> None:
    with pytest.raises(CannotJudge, match="killed by signal 9"):
        run(python("import os; os.kill(os.getpid(), 9)"), environment=environment())


def test_a_program_that_is_not_there_is_named_with_the_remedy() -> None:
    with pytest.raises(CannotJudge, match=r"`no-such-program` was not found\. Install it"):
        run(["no-such-program"], environment=environment())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_a_program_is_also_missing_if_a_folder_of_the_path_may_not_be_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    monkeypatch.setenv("PATH", str(tmp_path / "closed"), prepend=os.pathsep)

    with pytest.raises(CannotJudge, match=r"`no-such-program` was not found\. Install it"):
        run(["no-such-program"], environment=environment())


def test_a_program_that_may_not_be_executed_is_named(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("")

    with pytest.raises(CannotJudge, match="could not be started: Permission denied"):
        run([str(program)], environment=environment())


def test_the_environment_is_exactly_what_was_given() -> None:
    code = "import os; print(sorted(name for name in os.environ if name.startswith('TW')))"

    assert run(python(code), environment={**environment(), "TW_ONE": "1"})[1] == b"['TW_ONE']\n"


def test_stdin_is_empty_unless_given() -> None:
    assert run(python("import sys; print(len(sys.stdin.read()))"), environment=environment())[1] == b"0\n"


def test_a_child_can_be_asked_and_answers() -> None:
    code = "import sys\nfor line in sys.stdin: print(line.upper(), end='', flush=True)"
    child = start(python(code), environment=environment(), talk=True)
    assert child.stdout is not None

    child.send(b"one\n")
    assert child.stdout.readline() == b"ONE\n"
    child.send(b"two\n")
    assert child.stdout.readline() == b"TWO\n"
    assert child.finish() == 0


def test_talking_to_a_child_that_has_gone_is_a_failure_with_its_last_words() -> None:
    child = start(python("import sys; sys.exit('out of order')"), environment=environment(), talk=True)
    assert child.stdout is not None
    assert child.stdout.read() == b""

    time.sleep(0.05)  # its end of the pipe may close a moment after its stdout

    with pytest.raises(CannotJudge, match="exit status 1 and said: out of order"):
        child.send(b"hello\n")


def test_an_abandoned_child_ends_and_is_reaped() -> None:
    endless = "import os\nwhile True: os.write(1, b'x' * 4096)"
    child = start(python(endless), environment=environment())

    child.abandon()

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_no_descriptor_stays_open() -> None:
    before = sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else []

    run(python("pass"), environment=environment(), given=b"x")
    with pytest.raises(CannotJudge):
        run(python("raise SystemExit(1)"), environment=environment())
    with pytest.raises(CannotJudge):
        run(["no-such-program"], environment=environment())
    if hasattr(os, "posix_spawnp"):
        with pytest.raises(CannotJudge):
            run(python("import time; time.sleep(60)"), environment=environment(), patience=0.01)
    start(python("pass"), environment=environment(), talk=True).abandon()

    assert before == (sorted(os.listdir("/proc/self/fd")) if before else [])


SILENT = "import sys, time; sys.stderr.write('waiting for a disk'); sys.stderr.flush(); time.sleep(60)"


class TestAProgramThatHangs:
    """It is ended, with all that it started, and what it said last is told."""

    def test_before_its_first_word(self) -> None:
        with pytest.raises(CannotJudge, match=r"did not go on for 0\.5 seconds.* having said: waiting for a disk"):
            run(python(SILENT), environment=environment(), patience=0.5)

    def test_in_the_middle_of_its_output(self) -> None:
        child = start(python(f"print('one', flush=True); {SILENT}"), environment=environment(), patience=0.5)
        assert child.stdout is not None

        assert child.stdout.readline() == b"one\n"
        with pytest.raises(CannotJudge, match="did not go on"):
            child.stdout.readline()
        child.abandon()

    def test_after_its_output(self) -> None:
        with pytest.raises(CannotJudge, match="did not go on"):
            run(python(f"import os; os.close(1); {SILENT}"), environment=environment(), patience=0.5)

    def test_when_it_is_abandoned(self) -> None:
        child = start(python(SILENT), environment=environment(), talk=True, patience=60)
        began = time.monotonic()

        child.abandon()

        assert time.monotonic() - began < 10

    def test_with_what_it_started(self, tmp_path: Path) -> None:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\nsleep 60 & echo $! >{tmp_path}/pid\nwait\n")
        program.chmod(0o755)

        with pytest.raises(CannotJudge, match="did not go on"):
            run([str(program)], environment=environment(), patience=0.5)

        assert has_ended(int((tmp_path / "pid").read_text()))

    def test_unless_it_only_takes_its_time(self) -> None:
        steady = "import time\nfor _ in range(8): print('word', flush=True); time.sleep(0.1)"

        assert run(python(steady), environment=environment(), patience=0.6)[1] == b"word\n" * 8

    @pytest.fixture(autouse=True)
    def only_where_the_system_can(self, way_of_starting: None) -> None:
        if not hasattr(os, "posix_spawnp"):
            pytest.skip("nothing is ended there")


def has_ended(pid: int) -> bool:
    """Whether this process runs no more within some seconds; a zombie does not run."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process with closed descriptors")
def test_closed_standard_descriptors_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "tagwarden").symlink_to(ROOT)
    code = f"""
import os, sys
sys.path.insert(0, {str(tmp_path)!r})
from tagwarden.repository.git.processes import run
report = os.open({str(tmp_path / "report")!r}, os.O_WRONLY | os.O_CREAT)
report = os.dup2(report, 50)
os.closerange(0, 50)
os.write(50, repr(run(["git", "hash-object", "--stdin"], environment=dict(os.environ), given=b"x")).encode())
"""
    assert os.spawnv(os.P_WAIT, sys.executable, python(code)) == 0
    assert (tmp_path / "report").read_text() == "(0, b'c1b0730e0133447badcfd47fd144e254807b06e1\\n')"


def test_scratch_files_do_without_memfd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def forbidden(name: str) -> int:
        raise OSError("not in this sandbox")

    monkeypatch.setattr(os, "memfd_create", forbidden, raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    descriptor = scratch_file()
    os.write(descriptor, b"kept")
    os.lseek(descriptor, 0, os.SEEK_SET)

    assert os.read(descriptor, 10) == b"kept"
    assert list(tmp_path.iterdir()) == []
    os.close(descriptor)


def test_a_scratch_file_that_cannot_be_written_is_a_failure_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    full = os.open(tmp_path / "read-only", os.O_RDONLY | os.O_CREAT)
    monkeypatch.setattr(scratch_files, "scratch_file", lambda: full)

    with pytest.raises(CannotJudge, match="temporary file could not be written"):
        filled_scratch_file(b"x")


def test_a_folder_for_temporary_files_that_is_not_there_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setenv("TMPDIR", "/no/such/folder")

    with pytest.raises(CannotJudge, match="temporary file could not be written"):
        run(python("pass"), environment=environment())
