"""A simple model of `git receive-pack` of Git 2.39: what it does with the commands that its hooks accept.

It knows the refs, the existing commits, and the server's settings. Derived from
builtin/receive-pack.c and refs/files-backend.c.
"""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .attack_scene import AT_CLIENT, ON_SERVER

HEADS, TAGS, MAIN = "refs/heads/", "refs/tags/", "refs/heads/main"
PARENTS = {**ON_SERVER, **AT_CLIENT}
DISCONNECTED = ("no-parent", "no-tree")


class Command(NamedTuple):
    """A parsed command: the ids as they were sent, and the ref."""

    old: str
    new: str
    ref: str

    @classmethod
    def read(cls, line: bytes) -> Command:
        # One line break at the end of a packet is not part of its content.
        old, new, ref = os.fsdecode(line.removesuffix(b"\n")).split(" ", 2)
        return cls(old, new, ref)


class RefModel:
    """receive-pack over objects of a scene: `commits` maps ids to names, `tags` the ids of tag objects to commits."""

    def __init__(
        self, commits: Mapping[str, str], tags: Mapping[str, str], settings: Sequence[tuple[str, str]]
    ) -> None:
        self._commits = commits
        self._tags = tags
        self._settings = settings

    def after(self, refs: Mapping[str, str], commands: Sequence[Command], *, atomic: bool) -> dict[str, str]:
        """The refs after `commands`, none of which a hook refuses."""
        now = dict(refs)
        seen: list[str] = []
        inconsistent = _inconsistent(commands)
        for each in commands:
            if each in inconsistent:
                continue
            # A command dropped before the hooks run does not make an atomic push fail.
            if self._is_hidden(each.ref) or not (is_nothing(each.new) or self.is_connected(each.new)):
                continue
            clashes = each.ref in seen or any(_in_the_way(each.ref, other) for other in seen)
            fails = self.drops(each, now) or (atomic and clashes)
            if fails and atomic:
                return dict(refs)
            seen.append(each.ref)
            if not fails:
                now.pop(each.ref, None)
                now.update({} if is_nothing(each.new) else {each.ref: each.new})
        return now

    def drops(self, command: Command, refs: Mapping[str, str]) -> bool:
        """Whether Git, with these `refs`, drops a command for a visible ref with complete objects."""
        old, new, ref = command
        if not is_ref_name(ref) or self._is_denied(command):
            return True
        there = refs.get(ref)
        if is_nothing(new) and there is None:
            # Git also locks a ref that does not exist.
            return any(_in_the_way(ref, other) for other in refs)
        if is_nothing(new):
            # An object that can't be parsed is not checked.
            return self._is_known(old) and old != there
        if ref.startswith(HEADS) and new not in self._commits:
            return True
        if (there or "0" * len(old)) != old:
            return True
        return any(_in_the_way(ref, other) for other in refs)

    def is_connected(self, oid: str) -> bool:
        """Whether everything reachable from the object exists."""
        name = self._commits.get(self._tags.get(oid, oid))
        return name is not None and name not in DISCONNECTED

    def contains(self, tip: str, commit: str) -> bool:
        """Whether the history of the commit `tip` has `commit`."""
        names = [self._commits[tip]]
        for name in names:
            names += [parent for parent in PARENTS.get(name, ()) if parent in PARENTS]
        return self._commits.get(commit) in names

    def _is_known(self, oid: str) -> bool:
        return oid in self._commits or oid in self._tags

    def _is_hidden(self, ref: str) -> bool:
        for name, pattern in reversed(self._settings):
            if name.endswith(".hideRefs"):
                hidden = pattern.lstrip("!^")
                if ref == hidden or ref.startswith(f"{hidden}/"):
                    return not pattern.startswith("!")
        return False

    def _is_denied(self, command: Command) -> bool:
        """Whether a `receive.deny…` setting, or its default, forbids the command."""
        old, new, ref = command
        settings = dict(self._settings)
        if not ref.startswith(HEADS):
            return False
        if is_nothing(new) and not is_nothing(old) and settings.get("receive.denyDeletes") == "true":
            return True
        if ref == MAIN and settings.get("core.bare") == "false":
            return True
        # If the command claims that the ref does not exist, the setting about deleting HEAD's branch is not checked.
        if ref == MAIN and is_nothing(new) and not is_nothing(old):
            return settings.get("receive.denyDeleteCurrent") != "ignore"
        if is_nothing(old) or is_nothing(new) or settings.get("receive.denyNonFastForwards") != "true":
            return False
        return old not in self._commits or new not in self._commits or not self.contains(new, old)


def _inconsistent(commands: Sequence[Command]) -> list[Command]:
    """The commands for HEAD and for the branch that it names, if they contradict each other."""
    heads = [each for each in commands if each.ref == "HEAD"]
    mains = [each for each in commands if each.ref == MAIN]
    return [one for head in heads for main in mains if head[:2] != main[:2] for one in (head, main)]


def is_nothing(oid: str) -> bool:
    return not oid.strip("0")


@functools.cache
def is_ref_name(ref: str) -> bool:
    """Whether `ref` is a valid full name of a ref for Git (git-check-ref-format(1))."""
    if not ref.startswith("refs/"):
        return False
    return subprocess.run(["git", "check-ref-format", ref]).returncode == 0


def read_refs(git_dir: Path) -> dict[str, str]:
    """The refs, read from files without a process; symbolic and damaged ones are not considered."""
    refs = {}
    packed = git_dir / "packed-refs"
    if packed.exists():
        lines = [line.split(" ", 1) for line in os.fsdecode(packed.read_bytes()).split("\n") if line[:1] not in "#^"]
        refs = {ref: oid for oid, ref in lines}
    for folder, _, names in os.walk(git_dir / "refs"):
        for name in names:
            if not name.endswith(".lock"):
                file = Path(folder, name)
                refs[str(file.relative_to(git_dir))] = file.read_text().strip()
    return refs


def _in_the_way(ref: str, other: str) -> bool:
    """Whether one of them would be a folder in the path of the other."""
    return ref.startswith(f"{other}/") or other.startswith(f"{ref}/")
