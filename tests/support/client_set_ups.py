"""Clones with tagwarden beside other hooks, installed in every order that occurs in practice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .repositories import Repo, Server, Templates

BIN = Path(sys.executable).parent

# A hook of the user, which records its input and arguments.
FOREIGN = """\
#!/bin/sh
{ echo "$@"; cat; } >> foreign.log
"""

PRE_COMMIT_CONFIG = """\
repos:
- repo: local
  hooks:
  - id: noted
    name: noted
    language: system
    entry: sh -c 'echo "$PRE_COMMIT_REMOTE_BRANCH" >> pre-commit.log'
    stages: [pre-push]
    always_run: true
    pass_filenames: false
"""

# The script that `husky` 9 writes (its bin.js) and that each of its hooks runs.
HUSKY = """\
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n
[ ! -f "$s" ] && exit 0
sh -e "$s" "$@"
c=$?
[ $c != 0 ] && echo "husky - $n script failed (code $c)"
exit $c
"""

# The hook of `lefthook install` without the search for its program, and what that program does for
# `scripts:` with `use_stdin: true`.
LEFTHOOK = """\
#!/bin/sh
call_lefthook()
{
  shift 2
  sh .lefthook/pre-push/tagwarden "$@"
}
call_lefthook run "pre-push" "$@"
"""


def tagwarden(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in `cwd`."""
    return subprocess.run(
        [sys.executable, "-I", "-m", "tagwarden.cli", *arguments], cwd=cwd, capture_output=True, text=True
    )


def pre_commit(*arguments: str, cwd: Path) -> None:
    """Run pre-commit in `cwd`. Raises AssertionError with its output if it fails."""
    ran = subprocess.run([BIN / "pre-commit", *arguments], cwd=cwd, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def write_hook(file: Path, content: str = FOREIGN) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    file.chmod(0o755)


class Workplace(NamedTuple):
    """A server without hooks of its own, a clone of it with some, and a linked work tree of the clone."""

    server: Server
    clone: Repo
    linked: Repo


def install(workplace: Workplace) -> None:
    ran = tagwarden("install", cwd=workplace.clone.path)
    assert ran.returncode == 0, ran.stderr


def native(workplace: Workplace) -> None:
    install(workplace)


def native_then_pre_commit(workplace: Workplace) -> None:
    install(workplace)
    pre_commit("install", "-t", "pre-push", cwd=workplace.clone.path)


def pre_commit_then_native(workplace: Workplace) -> None:
    pre_commit("install", "-t", "pre-push", cwd=workplace.clone.path)
    install(workplace)


def foreign_native_pre_commit(workplace: Workplace) -> None:
    write_hook(workplace.clone.git_dir / "hooks" / "pre-push")
    native_then_pre_commit(workplace)


def husky(workplace: Workplace) -> None:
    for repo in (workplace.clone, workplace.linked):
        write_hook(repo.path / ".husky" / "_" / "h", HUSKY)
        write_hook(repo.path / ".husky" / "_" / "pre-push", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"')
    workplace.clone.git("config", "core.hooksPath", ".husky/_")
    said = tagwarden("install", cwd=workplace.clone.path)
    assert said.returncode == 1
    lines = said.stderr.rpartition("\n\n")[2]
    for repo in (workplace.clone, workplace.linked):
        (repo.path / ".husky" / "pre-push").write_text(lines)


def lefthook(workplace: Workplace) -> None:
    write_hook(workplace.clone.git_dir / "hooks" / "pre-push", LEFTHOOK)
    said = tagwarden("install", cwd=workplace.clone.path)
    assert said.returncode == 1
    assert "use_stdin: true" in said.stderr
    lines = said.stderr.rpartition("\n\n")[2]
    for repo in (workplace.clone, workplace.linked):
        write_hook(repo.path / ".lefthook" / "pre-push" / "tagwarden", lines)


def absolute_hooks_path(workplace: Workplace) -> None:
    workplace.clone.git("config", "core.hooksPath", str(workplace.clone.path.parent / "shared-hooks"))
    install(workplace)


def relative_hooks_path(workplace: Workplace) -> None:
    workplace.clone.git("config", "core.hooksPath", ".githooks")
    install(workplace)
    assert tagwarden("install", cwd=workplace.linked.path).returncode == 0


def configured(workplace: Workplace) -> None:
    ran = tagwarden("install", "--configured", cwd=workplace.clone.path)
    assert ran.returncode == 0, ran.stderr


class SetUp(NamedTuple):
    """`make` installs the hooks in a workplace; `others` are those that a good push runs in addition to ours."""

    title: str
    make: Callable[[Workplace], None]
    others: frozenset[str] = frozenset()
    since: tuple[int, int] = (0, 0)


BOTH = frozenset({"foreign", "pre-commit"})
SET_UPS = (
    SetUp("tagwarden alone", native),
    SetUp("then pre-commit", native_then_pre_commit, frozenset({"pre-commit"})),
    SetUp("pre-commit, then tagwarden", pre_commit_then_native, frozenset({"pre-commit"})),
    SetUp("another hook, tagwarden, pre-commit", foreign_native_pre_commit, BOTH),
    SetUp("husky", husky),
    SetUp("lefthook `scripts`", lefthook),
    SetUp("absolute `core.hooksPath`", absolute_hooks_path),
    SetUp("relative `core.hooksPath`", relative_hooks_path),
    SetUp("configured hook (Git 2.54)", configured, since=(2, 54)),
)


def make_workplace(templates: Templates, folder: Path) -> Workplace:
    """A workplace without hooks; the server holds a registered version and a lightweight tag from before."""
    folder.mkdir(parents=True)
    server = templates.server(folder / "server.git", hook=None)
    server.tag("live@v1.0.0", "main")
    server.lightweight("old@v1.0.0", "main")
    clone = server.clone()
    clone.commit({".pre-commit-config.yaml": PRE_COMMIT_CONFIG})
    clone.git("push", "--quiet", "origin", "main")
    clone.git("worktree", "add", "--quiet", "--detach", str(folder / "linked"))
    clone.git("config", "--local", "core.quotePath", "false")
    return Workplace(server, clone, Repo(folder / "linked"))


def git_version() -> tuple[int, int]:
    said = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    major, minor = said.split(".")[:2]
    return int(major), int(minor)


def with_tagwarden_on_path() -> dict[str, str]:
    """An environment with `tagwarden` on PATH, as files of hook managers need it."""
    return {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
