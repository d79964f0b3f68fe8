"""Ctrl-C while `--push` pushes: whoever pressed it learns what the remote has, and the clone agrees with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support import Repo, Server
from support.client_set_ups import write_hook

# To all that runs in the foreground, as the terminal does it; then time for a second one.
CTRL_C = "#!/bin/sh\ntrap '' INT\nkill -INT 0\n"


@pytest.fixture
def plain_server(new_server) -> Server:
    return new_server(hook=None)


def register(clone: Repo) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-m", "tagwarden.cli", "register", "churn", "--push"]
    return subprocess.run(
        command, cwd=clone.path, capture_output=True, text=True, timeout=60, start_new_session=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_tag_that_the_remote_has_all_the_same_is_kept_and_told(plain_server: Server) -> None:
    write_hook(plain_server.path / "hooks" / "post-receive", CTRL_C)
    clone = plain_server.clone()

    ran = register(clone)

    assert (ran.returncode, ran.stdout) == (0, "churn@v0.0.1\n"), ran.stderr
    assert plain_server.tags() == clone.tags() == {"churn@v0.0.1"}


def test_a_tag_that_the_remote_has_not_is_deleted_and_told(plain_server: Server) -> None:
    write_hook(plain_server.path / "hooks" / "pre-receive", CTRL_C)
    clone = plain_server.clone()

    ran = register(clone)

    assert (ran.returncode, ran.stdout) == (130, "")
    assert plain_server.tags() == clone.tags() == set()
    assert "interrupted: 'origin' has no tag churn@v0.0.1, and none was kept here" in ran.stderr
    assert ran.stderr.strip().endswith("git ls-remote origin refs/tags/churn@v0.0.1")


def test_a_tag_of_which_nobody_can_tell_is_kept_with_what_to_run(plain_server: Server) -> None:
    away = f"mv {plain_server.path} {plain_server.path}.away\n"
    write_hook(plain_server.path / "hooks" / "pre-receive", CTRL_C + away)
    clone = plain_server.clone()

    ran = register(clone)

    assert (ran.returncode, ran.stdout) == (3, "")
    assert clone.tags() == {"churn@v0.0.1"}
    assert "it is not known whether 'origin' has the tag 'churn@v0.0.1'" in ran.stderr
    assert "git ls-remote origin refs/tags/churn@v0.0.1" in ran.stderr
    assert "git tag -d churn@v0.0.1" in ran.stderr


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the hook finds the command by /proc")
def test_a_signal_to_the_command_alone_waits_for_what_the_push_comes_to(plain_server: Server) -> None:
    up = "set -- $(cat /proc/$4/stat)"  # proc(5): process, program, state, parent
    found = 'case $2 in "(py"*) ;; *) false ;; esac'
    spare_git = f"#!/bin/sh\nset -- $(cat /proc/$$/stat)\nuntil {found}; do {up}; done\n"
    spare_git += 'kill -INT "$1"\nsleep 0.2\n'
    write_hook(plain_server.path / "hooks" / "pre-receive", spare_git)
    clone = plain_server.clone()

    ran = register(clone)

    assert (ran.returncode, ran.stdout) == (0, "churn@v0.0.1\n"), ran.stderr
    assert plain_server.tags() == clone.tags() == {"churn@v0.0.1"}


def test_a_push_in_portions_says_how_far_it_came(plain_server: Server) -> None:
    clone = plain_server.clone()
    for model in "abcd":
        clone.tag(f"{model}@v1.0.0")
    only_of_the_last = "#!/bin/sh\ncase $(cat) in *d@v1*) ;; *) exit 0 ;; esac\n"
    write_hook(plain_server.path / "hooks" / "pre-receive", only_of_the_last + CTRL_C)
    command = [sys.executable, "-I", "-m", "tagwarden.cli", "push"]

    ran = subprocess.run(
        command, cwd=clone.path, capture_output=True, text=True, timeout=60, start_new_session=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert ran.returncode == 130, ran.stderr
    assert "interrupted: 3 of 4 tags are pushed; the same command goes on" in ran.stderr
    assert plain_server.tags() == {"a@v1.0.0", "b@v1.0.0", "c@v1.0.0"}
