"""What Git 2.39 makes of the commands that its hooks let pass: the plainest model of `git receive-pack`.

It knows the refs, which commits there are, and the server's settings; read
from builtin/receive-pack.c and refs/files-backend.c.
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
    """A command by what it says: ids as they are sent, and the ref."""

    old: str
    new: str
    ref: str

    @classmethod
    def read(cls, line: bytes) -> Command:
        # One line break at the end of a packet is none of what it says.
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
            # What is dropped before the hooks run does not make an atomic push fail.
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
        """Whether Git drops a command whose ref it shows, and whose objects are whole, where `refs` stand."""
        old, new, ref = command
        if not is_ref_name(ref) or self._is_denied(command):
            return True
        there = refs.get(ref)
        if is_nothing(new) and there is None:
            # Git takes the lock of what is not there, too.
            return any(_in_the_way(ref, other) for other in refs)
        if is_nothing(new):
            # What can't be parsed is not checked.
            return self._is_known(old) and old != there
        if ref.startswith(HEADS) and new not in self._commits:
            return True
        if (there or "0" * len(old)) != old:
            return True
        return any(_in_the_way(ref, other) for other in refs)

    def is_connected(self, oid: str) -> bool:
        """Whether everything that the object leads to is there."""
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
        """Whether a `receive.deny…` setting, or its default, stands against it."""
        old, new, ref = command
        settings = dict(self._settings)
        if not ref.startswith(HEADS):
            return False
        if is_nothing(new) and not is_nothing(old) and settings.get("receive.denyDeletes") == "true":
            return True
        if ref == MAIN and settings.get("core.bare") == "false":
            return True
        # A deletion of what is said not to exist is not asked for the branch that HEAD names.
        if ref == MAIN and is_nothing(new) and not is_nothing(old):
            return settings.get("receive.denyDeleteCurrent") != "ignore"
        if is_nothing(old) or is_nothing(new) or settings.get("receive.denyNonFastForwards") != "true":
            return False
        return old not in self._commits or new not in self._commits or not self.contains(new, old)


def _inconsistent(commands: Sequence[Command]) -> list[Command]:
    """Those on HEAD and on the branch that it names, where they want different things of it."""
    heads = [each for each in commands if each.ref == "HEAD"]
    mains = [each for each in commands if each.ref == MAIN]
    return [one for head in heads for main in mains if head[:2] != main[:2] for one in (head, main)]


def is_nothing(oid: str) -> bool:
    return not oid.strip("0")


@functools.cache
def is_ref_name(ref: str) -> bool:
    """Whether Git takes `ref` for the full name of a ref (git-check-ref-format(1))."""
    if not ref.startswith("refs/"):
        return False
    return subprocess.run(["git", "check-ref-format", ref]).returncode == 0


def read_refs(git_dir: Path) -> dict[str, str]:
    """The refs as the files say, which takes no process; symbolic and damaged ones are not looked for."""
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
    """Whether one is a folder of the other."""
    return ref.startswith(f"{other}/") or other.startswith(f"{ref}/")
