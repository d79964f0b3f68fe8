"""Plays the rules' examples with real tags: pushed from a clone, existing on a server, or created by a command.

The commits of an example become commits on main, in the order in which it names
them (`stray` is on no branch). Its seconds count from the beginning of 1970.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tagwarden.policy.grammar.names import gto_spelling
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.rules.contract import Example

from .examples import Line, oid, parse_line
from .repositories import Repo, Server
from .signing import SshKey

# What can't be made in a test's repository: counts of paths, deep folders, damage, objects of other types.
UNPLAYABLE = (
    " nested ",
    " paths ",
    " damaged ",
    " encoding ",
    " proposed",
    " withdrawn ",
    " approved ",
    " on blob ",
    " on tree ",
    " on nothing ",
    "policy ",
    "replace ",
    "guarded ",
)
# The purpose of a command may precede it. One that somebody else is asked to run is left out.
FIX = re.compile(r"^(?:remote:)?\s*fix: (?!ask )(?:[^:]+: )?((?:git|tagwarden) .*?)\s*$", re.MULTILINE)
# Except for a command that helps only after something was written and committed.
IN_A_SENTENCE = re.compile(r"(?<!commit that, and run )`((?:git|tagwarden) [^`]*)`")
PROGRAM = Path(sys.executable).with_name("tagwarden")


class Scene(NamedTuple):
    """A server with an example's policy and old tags, a clone, the pushed lines, and the real ids for made-up ones."""

    server: Server
    clone: Repo
    lines: Sequence[Line]
    ids: dict[str, str]

    def write(self, where: Repo, lines: Sequence[Line]) -> None:
        """Write the tags of `lines` like another program, and delete those that are to be deleted."""
        for line in lines:
            ref = f"refs/tags/{line.name}"
            if line.change == "delete":
                where.try_git("update-ref", "-d", ref)
            elif line.raw is None:
                where.raw_ref(ref, self.ids[line.target.oid])
            else:
                real = self.ids[line.target.oid]
                where.raw_tag(line.name, line.raw.replace(line.target.oid.encode(), real.encode(), 1))

    def refspecs(self) -> list[str]:
        """The refspecs that push the lines."""
        return [
            f":refs/tags/{line.name}" if line.change == "delete" else f"+refs/tags/{line.name}" for line in self.lines
        ]

    def run(self, command: str, where: Repo | None = None) -> subprocess.CompletedProcess[str]:
        """Run a printed command in a shell, by default in the clone."""
        return run_printed(command, where or self.clone)


def run_printed(command: str, where: Repo) -> subprocess.CompletedProcess[str]:
    """Run a printed command in a shell, as if it were pasted."""
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", command],
        cwd=where.path,
        env={**os.environ, "PATH": path, "REMOTE_USER": "ada"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def is_playable(example: Example) -> bool:
    return not any(word in f" {line} " for line in (*example.pushed, *example.existing) for word in UNPLAYABLE)


def stage(example: Example, server: Server, key: SshKey | None) -> Scene:
    """Prepare everything but the pushed tags. `key` is used by `git tag -s` in the clone."""
    server.git("config", "tagwarden.pusher", "http")
    server.git("config", "tagwarden.repositoryId", "models")
    clone = server.clone()
    old, new = [parse_line(line) for line in example.existing], [parse_line(line) for line in example.pushed]
    files = {"tagwarden.toml": example.policy, "allowed_signers": key.allowed("ada@example.com") if key else ""}
    clone.commit({name: content for name, content in files.items() if content})
    ids: dict[str, str] = {}
    for line, text in zip((*old, *new), (*example.existing, *example.pushed), strict=True):
        if line.target.oid not in ids:
            ids[line.target.oid] = _target(clone, line, text)
    _mirror(server, clone, ids.values())
    scene = Scene(server, clone, new, ids)
    scene.write(server, old)
    if key is not None:
        clone.git("config", "gpg.format", "ssh")
        clone.git("config", "user.signingKey", str(key.file))
    _set_editor(clone, example.policy)
    return scene


def _mirror(server: Server, clone: Repo, ids: Iterable[str]) -> None:
    # Without the hook, like an administrator.
    for kept in ids:
        clone.git("update-ref", f"refs/kept/{kept}", kept)
    server.git("fetch", "--quiet", str(clone.path), "+refs/heads/main:refs/heads/main", "+refs/kept/*:refs/kept/*")
    clone.git("fetch", "--quiet", "origin")


def _target(clone: Repo, line: Line, text: str) -> str:
    second = re.search(r" committed (\d+)", text)
    date = f"@{second[1] if second else 0} +0000"
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    for path, content in line.target.files.items():
        (clone.path / path).write_bytes(content or b"")
        clone.git("add", path)
    if line.target.oid == oid("stray"):
        return clone.git("commit-tree", "-m", "Beside", "HEAD^{tree}", env=dates)
    clone.git("commit", "--quiet", "--allow-empty", "-m", "Train", env=dates)
    if line.target.type == "tag":
        clone.git("tag", "-a", "-m", "Of a commit", "plain")
        return clone.git("rev-parse", "plain")
    return clone.git("rev-parse", "HEAD")


def _set_editor(clone: Repo, policy: str) -> None:
    """Configure an editor that writes what the policies of the examples require."""
    message = "Agreed\n" if "max-bytes" in policy else "ML-17: as it was agreed\n"
    if "trailers" in policy:
        message += "\nDataset: 0123abcd\nAUC: 0.91\n"
    if "[artifact]" in policy:
        message += f"\nArtifact: sha256:{'0' * 64} elsewhere.bin\n"
    text = clone.git_dir / "what-I-write"
    text.write_text(message)
    clone.git("config", "core.editor", f"cp '{text}'")


def fixes(said: str) -> list[str]:
    """The commands after `fix:`, or those that a message names instead, each once, in order."""
    told = "\n".join(line for line in said.splitlines() if "why:" not in line)
    return list(dict.fromkeys(FIX.findall(told) or IN_A_SENTENCE.findall(told)))


def command_for(line: Line) -> list[str] | None:
    """The command that would create the tag of `line`; None if no command creates such a tag."""
    name = parse_tag_name(line.name)
    if not isinstance(name, TagName) or line.change != "create" or line.raw is None or name.counter is not None:
        return None
    model, version, at = gto_spelling(name.model), str(name.version), name.stage or ""
    words: dict[str, Callable[[], list[str]]] = {
        "register": lambda: ["register", model, "--version", version],
        "deregister": lambda: ["deregister", model, version],
        "deprecate": lambda: ["deprecate", model],
        "assign": lambda: ["assign", model, at],
        "unassign": lambda: ["unassign", model, at],
    }
    message = line.tag.object.message if line.tag.object else ""
    return [*words[name.kind](), "-m", message]
