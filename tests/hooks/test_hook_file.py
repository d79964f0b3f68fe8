"""The client's hook file, run as Git runs it, with an interpreter that is there or has gone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.client_set_ups import FOREIGN, write_hook
from support.programs import needs
from tagwarden.hooks.hook_file import NEXT, hook_file
from tagwarden.repository.hook_files.our_files import interpreter_in, is_our_text

ZERO = "0" * 40
OID = "1" * 40
BRANCH = f"refs/heads/main {OID} refs/heads/main {ZERO}\n"
TAG = f"refs/tags/x@1 {OID} refs/tags/x@1 {ZERO}\n"
MANY = "".join(f"refs/heads/b{n} {OID} refs/heads/b{n} {ZERO}\n" for n in range(300))

# Tells what it was given, as an interpreter or as `tagwarden`.
STAND_IN = '#!/bin/sh\nfor word; do printf "<%s>" "$word"; done; echo; cat\nexit {status}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hooks folder, and beside it a PATH with sh and what it needs."""
    (tmp_path / "bin").mkdir()
    for program in ("sh", "cat"):
        (tmp_path / "bin" / program).symlink_to(str(shutil.which(program)))
    (tmp_path / "hooks").mkdir()
    return tmp_path


def run(
    folder: Path, given: str, *, python: str = "/gone/python", repair: str = "tagwarden install"
) -> subprocess.CompletedProcess[str]:
    file = folder / "hooks" / "pre-push"
    content = hook_file(python=python, next_hook=NEXT, repair=repair)
    write_hook(file, content)
    return subprocess.run(
        [file, "origin", "url"], cwd=folder, input=given, capture_output=True, text=True,
        env={"PATH": str(folder / "bin")},
    )  # fmt: skip


def foreign(folder: Path) -> Path:
    write_hook(folder / "hooks" / NEXT, FOREIGN)
    return folder / "foreign.log"


class TestBranchesAlone:
    @pytest.mark.parametrize("ignored", [False, True])
    @pytest.mark.parametrize("shell", ["sh", pytest.param("bash", marks=needs("bash"))])
    def test_a_hook_that_was_there_need_not_read_its_input(self, folder: Path, shell: str, ignored: bool) -> None:
        """More of it than a pipe holds, and SIGPIPE as Git 2.55 leaves it for hooks, or as others do."""
        (folder / "bin" / "sh").unlink()
        (folder / "bin" / "sh").symlink_to(str(shutil.which(shell)))
        write_hook(folder / "hooks" / NEXT, "#!/bin/sh\nexit 0\n")
        file = folder / "hooks" / "pre-push"
        write_hook(file, hook_file(python="/gone/python", next_hook=NEXT))

        ran = subprocess.run(
            [folder / "bin" / "sh", file, "origin", "url"], cwd=folder, input=4 * MANY, capture_output=True, text=True,
            env={"PATH": str(folder / "bin")}, restore_signals=not ignored,
        )  # fmt: skip

        assert (ran.returncode, ran.stderr) == (0, "")

    @pytest.mark.parametrize("given", ["", BRANCH, f"refs/tags/x@1 {OID} refs/heads/x {ZERO}\n"])
    def test_they_pass_without_an_interpreter(self, folder: Path, given: str) -> None:
        ran = run(folder, given)

        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")

    @pytest.mark.parametrize("given", ["", BRANCH, MANY, BRANCH.rstrip("\n")])
    def test_the_hook_that_was_there_gets_all_that_git_gave(self, folder: Path, given: str) -> None:
        log = foreign(folder)

        assert run(folder, given).returncode == 0
        assert log.read_text().rstrip("\n") == f"origin url\n{given}".rstrip("\n")

    def test_its_refusal_is_ours(self, folder: Path) -> None:
        write_hook(folder / "hooks" / NEXT, "#!/bin/sh\nexit 7\n")

        assert run(folder, BRANCH).returncode == 7

    def test_a_hook_that_is_not_executable_is_passed_over_as_git_does(self, folder: Path) -> None:
        foreign(folder)
        (folder / "hooks" / NEXT).chmod(0o644)

        assert run(folder, BRANCH).returncode == 0


class TestTags:
    @pytest.mark.parametrize("given", [TAG, BRANCH + TAG, MANY + TAG, TAG + MANY])
    def test_the_interpreter_gets_all_lines_and_arguments(self, folder: Path, given: str) -> None:
        write_hook(folder / "python 'it is'", STAND_IN.format(status=101))

        ran = run(folder, given, python=str(folder / "python 'it is'"))

        assert ran.returncode == 1
        assert ran.stdout.startswith("<-I><-c><import os, sys\n")
        arguments, _, on_stdin = ran.stdout.rpartition("><origin><url>\n")
        assert arguments.rpartition(f"><{folder}/hooks/pre-push><")[2] + on_stdin == given

    @pytest.mark.parametrize("status", [97, 126, 127])
    def test_tagwarden_on_path_stands_in(self, folder: Path, status: int) -> None:
        write_hook(folder / "python", f"#!/bin/sh\nexit {status}\n")
        write_hook(folder / "bin" / "tagwarden", STAND_IN.format(status=5))

        ran = run(folder, BRANCH + TAG + BRANCH, python=str(folder / "python"))

        assert ran.returncode == 5
        assert (
            ran.stdout
            == f"<hook><pre-push><--next={folder}/hooks/pre-push><--lines={BRANCH}{TAG}><--><origin><url>\n{BRANCH}"
        )

    @pytest.mark.parametrize("given", [TAG, BRANCH + TAG, MANY + TAG, MANY + f"x {OID} refs/replace/{OID} {ZERO}\n"])
    def test_without_either_they_are_refused_with_the_repair(self, folder: Path, given: str) -> None:
        log = foreign(folder)

        ran = run(folder, given, repair="pre-commit run tagwarden-install --hook-stage manual")

        assert ran.returncode == 3
        assert "/gone/python" in ran.stderr
        assert "pre-commit run tagwarden-install --hook-stage manual" in ran.stderr
        assert not log.exists()

    def test_without_either_many_branches_pass(self, folder: Path) -> None:
        log = foreign(folder)

        assert run(folder, MANY).returncode == 0
        assert log.read_text() == f"origin url\n{MANY}"

    def test_an_interpreter_that_lost_tagwarden_says_so_by_its_status(self, folder: Path) -> None:
        bare = folder / "bare"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)

        ran = run(folder, TAG, python=str(bare / "bin" / "python"))

        assert ran.returncode == 3
        assert "no longer exists or has no tagwarden" in ran.stderr


def test_a_hook_file_is_known_again_with_its_interpreter() -> None:
    content = hook_file(python="/opt/it's here/python").encode()

    assert is_our_text(content)
    assert interpreter_in(content) == "/opt/it's here/python"
    assert not is_our_text(FOREIGN.encode())
    assert interpreter_in(FOREIGN.encode()) is None
    assert interpreter_in(b"python='") is None


def test_an_interpreter_with_a_newline_in_its_path_is_no_good() -> None:
    with pytest.raises(ValueError, match="path that a hook file can hold"):
        hook_file(python="/a\nb")


@pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in ("dash", "bash", "busybox")])
def test_other_shells_read_it_as_well(folder: Path, shell: str) -> None:
    file = folder / "hooks" / "pre-push"
    write_hook(file, hook_file(python=sys.executable))
    command = [str(shutil.which(shell)), *(["sh"] if shell == "busybox" else []), str(file), "origin", "url"]

    refused = subprocess.run(command, cwd=folder, input="nonsense refs/tags/x\n", capture_output=True, text=True)
    passed = subprocess.run(command, cwd=folder, input=BRANCH, capture_output=True, text=True, env=dict(os.environ))

    assert (refused.returncode, passed.returncode) == (3, 0)
    assert "line that can't be read" in refused.stderr
