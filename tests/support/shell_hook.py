"""Runs the server's hook file in any shell, with a stand-in for Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from support import Repo
from tagwarden.server_hooks.hook_file import hook_file

if TYPE_CHECKING:
    from tagwarden.server_hooks.hook_file import ServerHook


SHELLS = [["dash"], ["bash", "--posix"], ["bash"], ["busybox", "sh"]]

ZERO = "0" * 40

# Stands in for Python: prints its arguments and input.
FAKE_PYTHON = """#!/bin/sh
[ "$1 $2" = "-I -c" ] || exit 99
shift 3
printf 'python [%s] [%s]\\n' "$*" "$(cat)"
exit 101
"""


class Ran(NamedTuple):
    exit: int
    stdout: str
    stderr: str

    @property
    def started_python(self) -> bool:
        return self.exit == 1 and self.stdout.startswith("python")


class Beginning(NamedTuple):
    """A bare repository to copy, and its commits, some of which change the policy."""

    bare: Path
    first: str
    second: str
    policy: str
    later: str

    @classmethod
    def make(cls, folder: Path, object_format: str) -> Beginning:
        work = Repo.init(folder / "work", f"--object-format={object_format}")
        files = [{"README.md": "1"}, {"README.md": "2"}, {"tagwarden.toml": 'mode = "evaluate"\n'}, {"README.md": "3"}]
        commits = [work.commit(changed) for changed in files]
        subprocess.run(["git", "clone", "--quiet", "--bare", str(work.path), str(folder / "bare.git")], check=True)
        return cls(folder / "bare.git", *commits)


class HookRepo:
    """A bare repository with commits that change the policy or not, and a hook file to run there."""

    def __init__(self, folder: Path, shell: list[str], beginning: Beginning) -> None:
        self.shell = shell
        self.first, self.second, self.policy, self.later = beginning[1:]
        self.repo = Repo(shutil.copytree(beginning.bare, folder / "bare.git"))
        self.python = folder / 'a python\'s "interpreter" $(here)'
        self.python.write_text(FAKE_PYTHON)
        self.python.chmod(0o755)

    def run(
        self,
        *lines: tuple[str, str, str],
        hook: ServerHook = "pre-receive",
        git_dir: str = ".",
        cwd: Path | None = None,
        next_hook: str = "",
        host: str = "",
        env: Mapping[str, str] = {},
        stdin: bytes | None = None,
    ) -> Ran:
        file = self.repo.path / "hooks" / hook
        text = hook_file(hook, python=str(self.python), host=host, next_hook=next_hook)
        file.write_bytes(os.fsencode(text))
        for old, _, ref in lines:
            if set(old) != {"0"}:
                self.repo.git("update-ref", ref, old)  # what the client says is true
        arguments: tuple[str, ...] = ()
        if hook == "update":
            old, new, ref = lines[0]
            arguments = (ref, old, new)
        elif stdin is None:
            stdin = os.fsencode("".join(f"{' '.join(line)}\n" for line in lines))
        ran = subprocess.run(
            [*self.shell, str(file), *arguments],
            cwd=cwd or self.repo.path,
            input=stdin or b"",
            capture_output=True,
            env={**os.environ, "GIT_DIR": git_dir, **env},
        )
        return Ran(ran.returncode, os.fsdecode(ran.stdout), os.fsdecode(ran.stderr))

    def next_hook(self, text: str) -> str:
        file = self.repo.path / "hooks" / "pre-receive.tagwarden-next"
        file.write_text(text)
        file.chmod(0o755)
        return file.name
