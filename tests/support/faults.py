"""Lets the hook judge the same push again and again while something fails: a `git` process, or a system call."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tagwarden.server_hooks.log.line import HEAD, LOG

from .repositories import Server
from .tag_objects import raw_tag

ZERO = "0" * 40
POLICY = '[models]\nnames = ["churn"]\n'
PUSHES: Mapping[str, str] = {
    "good": "churn@v1.1.0",
    "below the latest": "churn@v0.9.0",
    "burnt": "churn@v1.0.0#2",
    "not in the policy": "fraud@v1.0.0",
    "near miss": "churn@v1",
}
LINES_AT_MOST = 12
# How Python's own messages begin if it can't load its library or read a .pth file.
PYTHONS_OWN_WORDS = (
    "Error processing line",
    "Fatal Python error",
    "Python path configuration",
    "Could not find platform",
    "Could not find executable",
)

# Counts its calls, and makes the call number FAULT_AT fail as FAULT says.
SPOILT_GIT = """#!/bin/sh
n=1
until mkdir "$FAULT_FOLDER/$n" 2>/dev/null; do n=$((n + 1)); done
[ "$n" = "$FAULT_AT" ] || exec {git} "$@"
case $FAULT in
fails) echo 'fatal: out of memory, malloc failed' >&2; exit 128 ;;
'fails silently') exit 1 ;;
'is killed') kill -9 $$ ;;
'breaks off') {git} "$@" | head -c 25; exit 0 ;;
hangs) echo 'waiting for the disk' >&2; sleep 300 ;;
esac
"""
GIT_FAULTS = ("fails", "fails silently", "is killed", "breaks off")

# The errors with which each kind of system call fails.
SYSTEM_FAULTS: Mapping[str, Sequence[str]] = {
    "open,openat": ("EMFILE", "EIO", "EACCES"),
    "read,pread64,readv": ("EIO",),
    "getdents64": ("EIO",),
    "write": ("EIO", "ENOSPC"),
    "clone,clone3,vfork,fork": ("EAGAIN", "ENOMEM"),
    "execve": ("ENOMEM", "EACCES"),
    "pipe,pipe2": ("EMFILE",),
    "mmap": ("ENOMEM",),
    "rename,renameat2": ("EIO",),
    "flock": ("EIO",),
}


class Ended(NamedTuple):
    """How the hook ended, its output, and the outcome in the push log's last line ("" if there is none)."""

    exit: int
    said: str
    logged: str


class FaultyHook:
    """A server with a policy and a history, whose pre-receive hook is run without a push."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self._folder = folder
        server.commit_on_main({"tagwarden.toml": POLICY})
        server.tag("churn@v0.1.0", "main~1")
        server.git("pack-refs", "--all")
        server.tag("churn@v1.0.0", "main")
        tree = server.git("rev-parse", "main^{tree}")
        fresh = server.git("commit-tree", "-p", "main", "-m", "More", tree, env=server._dates(None))
        self.lines = {
            push: f"{ZERO} {server.write_object(raw_tag(object=fresh, tag=tag))} refs/tags/{tag}\n"
            for push, tag in PUSHES.items()
        }
        self._log = server.path / LOG
        self._bin = folder / "bin"
        self._bin.mkdir()
        git = shutil.which("git")
        (self._bin / "git").write_text(SPOILT_GIT.format(git=git))
        (self._bin / "git").chmod(0o755)

    def run(
        self, push: str, *, before: Sequence[str] = (), env: Mapping[str, str] = {}, command: Sequence[str] = ()
    ) -> Ended:
        """Run the hook, or `command` instead, with the words of `before` in front and an empty push log."""
        self._log.unlink(missing_ok=True)
        (self.server.path / HEAD).unlink(missing_ok=True)
        ran = subprocess.run(
            [*before, *(command or [str(self.server.path / "hooks" / "pre-receive")])],
            cwd=self.server.path, input=self.lines[push].encode(), capture_output=True, timeout=120,
            env={**os.environ, "GIT_DIR": ".", **env},
        )  # fmt: skip
        return Ended(ran.returncode, ran.stderr.decode("utf-8", "replace"), self._last_outcome())

    def git_calls(self, push: str) -> int:
        """How often the hook starts git for this push."""
        calls = self._count_folder()
        self.run(push, env=self._spoilt(calls, 0, "none"))
        return len(list(calls.iterdir()))

    def with_spoilt_git(self, push: str, fault: str, at: int, *, command: Sequence[str] = ()) -> Ended:
        """Run the hook, or `command`, while the `at`th git process fails."""
        return self.run(push, env=self._spoilt(self._count_folder(), at, fault), command=command)

    def with_failing_call(self, push: str, calls: str, error: str, at: int) -> Ended:
        """Run the hook while the `at`th of these system calls fails in each of its processes."""
        inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={at}"]
        return self.run(push, before=["strace", "-f", "-qq", "-o", os.devnull, *inject])

    def _last_outcome(self) -> str:
        try:
            lines = self._log.read_bytes().splitlines()
        except OSError:
            return ""
        return str(json.loads(lines[-1]).get("outcome", "")) if lines else ""

    def _count_folder(self) -> Path:
        # A new one each time, because the process that keeps the push lock outlives the hook and goes on counting.
        return Path(tempfile.mkdtemp(prefix="calls-", dir=self._folder))

    def _spoilt(self, calls: Path, at: int, fault: str) -> dict[str, str]:
        path = f"{self._bin}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "FAULT_FOLDER": str(calls), "FAULT_AT": str(at), "FAULT": fault}


def complaints(push: str, ended: Ended, *, can_speak: bool = True) -> list[str]:
    """What is wrong with how the hook ended despite a fault; `can_speak` is False if the fault prevents output."""
    found = []
    if push != "good" and ended.exit == 0:
        found.append("a bad push is accepted")
    if push == "good" and ended.exit == 0 and ended.logged != "accepted":
        found.append(f"accepted, but logged as {ended.logged!r}")
    lines = ended.said.splitlines()
    if ended.exit not in (0, 1, 3) and "tagwarden:" in ended.said:
        found.append(f"exit status {ended.exit} where the shell had started: {ended.said}")
    if not any(line.startswith(PYTHONS_OWN_WORDS) for line in lines):
        if "Traceback" in ended.said:
            found.append(f"a traceback: {ended.said}")
        if len(lines) > LINES_AT_MOST:
            found.append(f"not a few lines: {ended.said}")
    if ended.exit == 3 and can_speak and "tagwarden" not in ended.said:
        found.append(f"no word of ours: {ended.said}")
    return found


def strace_works() -> bool:
    """Whether system calls can be made to fail here."""
    if shutil.which("strace") is None:
        return False
    tried = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=flock", "-e", "inject=flock:error=EIO", "true"]
    return subprocess.run(tried, capture_output=True).returncode == 0
