"""A hook file that lost its end, or a line: whatever is left of it accepts nothing that it should not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from support import Repo
from tagwarden.hooks.hook_file import hook_file as client_hook_file
from tagwarden.server_hooks.hook_file import hook_file

SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"]]
ZERO, OID = "0" * 40, "1" * 40
TAG = "refs/tags/m@v1"
# Up to here there is nothing that a shell could run: what is left of the file is empty, or a comment.
BEGINNING = b"#!/bin/sh\n{"

HOOKS = {
    "pre-receive": (f"{ZERO} {OID} {TAG}\n", []),
    "pre-receive after a branch": (f"{ZERO} {OID} refs/heads/b\n{ZERO} {OID} {TAG}\n", []),
    "update": ("", [TAG, ZERO, OID]),
    "pre-push": (f"{TAG} {OID} {TAG} {ZERO}\n", ["origin", "url"]),
}
each_hook = pytest.mark.parametrize("hook", HOOKS)
each_shell = pytest.mark.parametrize(
    "shell", [pytest.param(shell, id=" ".join(shell)) for shell in SHELLS if shutil.which(shell[0])]
)


class DamagedHook:
    """Runs hook files in a bare repository, with an interpreter that refuses whatever it is asked."""

    def __init__(self, folder: Path, hook: str, shell: list[str]) -> None:
        self.given, self.arguments = HOOKS[hook]
        self.shell = shell
        self.repo = Repo.init(folder / "bare.git", "--bare")
        self.file = self.repo.path / "hooks" / "hook"
        self.file.parent.mkdir(exist_ok=True)
        python = folder / "python"
        python.write_text("#!/bin/sh\nexit 101\n")
        python.chmod(0o755)
        kind = hook.partition(" ")[0]
        if kind == "pre-push":
            text = client_hook_file(python=str(python))
        else:
            text = hook_file("update" if kind == "update" else "pre-receive", python=str(python))
        self.content = text.encode()

    def accepts(self, content: bytes) -> bool:
        self.file.write_bytes(content)
        ran = subprocess.run(
            [*self.shell, str(self.file), *self.arguments],
            cwd=self.repo.path, input=self.given.encode(), capture_output=True, timeout=60,
            env={**os.environ, "GIT_DIR": "."},
        )  # fmt: skip
        return ran.returncode == 0

    def accepted_cuts(self, lengths: Iterable[int]) -> list[int]:
        return [length for length in lengths if self.accepts(self.content[:length])]

    def accepted_without_a_line(self, step: int) -> list[bytes]:
        lines = self.content.splitlines(keepends=True)
        places = range(2, len(lines), step)
        return [lines[at] for at in places if self.accepts(b"".join([*lines[:at], *lines[at + 1 :]]))]


@pytest.fixture
def damaged(tmp_path: Path, hook: str, shell: list[str]) -> DamagedHook:
    damaged = DamagedHook(tmp_path, hook, shell)
    assert damaged.content.startswith(BEGINNING)
    assert not damaged.accepts(damaged.content)
    return damaged


@each_hook
@each_shell
def test_a_hook_file_that_lost_its_end_refuses(damaged: DamagedHook) -> None:
    whole = len(damaged.content)
    some = {*range(len(BEGINNING), whole, 97), *range(whole - 20, whole)}

    assert damaged.accepted_cuts(sorted(some)) == []


@each_hook
@each_shell
def test_a_hook_file_that_lost_a_line_refuses_tags(damaged: DamagedHook) -> None:
    assert damaged.accepted_without_a_line(step=5) == []


@pytest.mark.thorough
@each_hook
@each_shell
def test_a_hook_file_cut_anywhere_refuses(damaged: DamagedHook) -> None:
    assert damaged.accepted_cuts(range(len(BEGINNING), len(damaged.content))) == []


@pytest.mark.thorough
@each_hook
@each_shell
def test_a_hook_file_without_any_one_line_refuses_tags(damaged: DamagedHook) -> None:
    assert damaged.accepted_without_a_line(step=1) == []


@pytest.mark.parametrize("hook", ["pre-receive", "pre-receive after a branch"])
@each_shell
def test_input_that_could_not_be_read_to_its_end_is_left_to_python(damaged: DamagedHook) -> None:
    # A folder as standard input: every read of it fails.
    damaged.file.write_bytes(damaged.content)
    folder = os.open(damaged.repo.path, os.O_RDONLY)
    try:
        ran = subprocess.run(
            [*damaged.shell, str(damaged.file)], cwd=damaged.repo.path, stdin=folder, timeout=60,
            capture_output=True, env={**os.environ, "GIT_DIR": "."},
        )  # fmt: skip
    finally:
        os.close(folder)

    assert ran.returncode == 1
