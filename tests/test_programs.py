"""A test that needs a program is skipped and counted without it, and programs can be hidden."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.programs import needs, path_without, skip_without, told
from support.project import ROOT


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A PATH of two folders: `one` and `two` in the first, `two` and `three` in the second."""
    for folder, names in {"a": ("one", "two"), "b": ("two", "three")}.items():
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text(f"#!/bin/sh\necho {name} of {folder}\n")
            (tmp_path / folder / name).chmod(0o755)
    return f"{tmp_path}/a{os.pathsep}{tmp_path}/b"


def test_a_hidden_program_is_in_no_folder_and_all_others_are_where_they_were(programs: str, tmp_path: Path) -> None:
    path = path_without(["two"], tmp_path / "hidden", programs)

    assert shutil.which("two", path=path) is None
    found = [shutil.which(name, path=path) for name in ("one", "three")]
    assert [os.path.realpath(str(name)) for name in found] == [str(tmp_path / "a/one"), str(tmp_path / "b/three")]


def test_a_folder_that_holds_nothing_to_hide_stays_on_the_path(programs: str, tmp_path: Path) -> None:
    path = path_without(["three"], tmp_path / "hidden", programs)

    assert path.split(os.pathsep)[0] == str(tmp_path / "a")


def test_hiding_what_is_not_there_changes_nothing(programs: str, tmp_path: Path) -> None:
    assert path_without(["four"], tmp_path / "hidden", programs) == programs


def test_a_test_without_its_programs_is_skipped_and_they_are_named(
    programs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", programs)

    skip_without("one", "two")
    with pytest.raises(pytest.skip.Exception, match=r"^needs the program ssh-keygen, which is not here$"):
        skip_without("one", "ssh-keygen")
    with pytest.raises(pytest.skip.Exception, match=r"^needs the programs gpg, ps, which are not here$"):
        skip_without("gpg", "ps")


@needs("ps")
def test_what_a_run_hides_is_hidden_from_its_tests() -> None:
    chosen = "tests/server_hooks/test_receive_pack.py::test_ps_tells_what_proc_tells"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "1", chosen]
    ran = subprocess.run([*command, "--hide=ps,busybox"], cwd=ROOT, capture_output=True, text=True)

    assert ran.returncode == 0
    assert "1 skipped for want of a program: ps (1)" in ran.stdout


def test_those_skipped_for_want_of_a_program_are_counted_and_others_are_not() -> None:
    reasons = [
        "Skipped: needs the program ssh-keygen, which is not here",
        "Skipped: needs the programs gpg, ssh-keygen, which are not here",
        "Skipped: only root can give a file away",
    ]

    assert told(reasons) == [
        "2 skipped for want of a program: ssh-keygen (2), gpg (1)",
        "On Debian and Ubuntu: apt install gnupg openssh-client",
    ]
    assert told(reasons[2:]) == []


def test_what_starts_a_server_or_a_browser_is_left_to_ci() -> None:
    starting = ("support.ssh_host", "support.web_hosts", "support.dashboard_browser")
    tests = {file: file.read_text() for file in (ROOT / "tests").rglob("test_*.py")}
    found = {file for file, text in tests.items() if any(f"from {module} import" in text for module in starting)}

    assert found
    assert not [file for file in found if "\npytestmark = pytest.mark.ci\n" not in tests[file]]
