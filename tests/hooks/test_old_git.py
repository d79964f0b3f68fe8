"""A Git that is older than the oldest that tagwarden works with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support import Repo
from support.command_line import tagwarden
from support.hook_files import everything
from tagwarden.repository.git.git_version import about_old_git, parse_git_version

SAYS = "Git 2.30 is too old: tagwarden needs Git 2.31 or newer"


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `git` on PATH that says it is Git 2.30.2."""
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(
        "#!/bin/sh\n"
        'for argument; do [ "$argument" != version ] || { echo git version 2.30.2; exit; }; done\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}{os.pathsep}{os.environ['PATH']}")


def test_the_oldest_version_is_told_from_those_before_it() -> None:
    versions = ["git version 2.31.0", "git version 2.39.5 (Apple Git-154)", "git version 2.30.9.windows.1", "nonsense"]

    assert [about_old_git(parse_git_version(answer)) for answer in versions] == [None, None, SAYS, None]


@pytest.mark.usefixtures("old_git")
def test_no_hook_is_installed_for_it(repo: Repo) -> None:
    before = everything(repo.git_dir)

    ran = tagwarden(repo.path, "install")

    assert (ran.status, ran.err) == (1, f"tagwarden: {SAYS}\n")
    assert everything(repo.git_dir) == before


def test_the_proof_of_a_hook_names_it(repo: Repo, request: pytest.FixtureRequest) -> None:
    assert tagwarden(repo.path, "install").status == 0
    request.getfixturevalue("old_git")

    ran = tagwarden(repo.path, "status")

    assert ran.status == 1
    assert f"problem: {SAYS}\n" in ran.out


@pytest.mark.usefixtures("old_git")
def test_a_remote_that_can_not_be_asked_with_it_is_no_fault_of_the_remote(repo: Repo) -> None:
    repo.git("remote", "add", "origin", f"{repo.path}/nowhere")

    assert f"{SAYS}. The remote 'origin' could not be asked" in tagwarden(repo.path, "check").err
