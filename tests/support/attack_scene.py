"""A small registry on a server, and pushes to it, written as what they claim about the refs.

The server holds the commits `c0` to `c4` on main and `s1`, a child of `c0`, on
side. The client has more: `c5` and `c6` follow `c4`, `s2` follows `s1`.
`no-parent` and `no-tree` lack their parent and tree; the latter follows `c5`.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .git_objects import EMPTY_TREE, GitObject, commit_object, pack_of
from .hook_files import hook_at
from .raw_push import RawPushResult, command, raw_push
from .repositories import BEGINNING, Repo, Server, Templates
from .tag_objects import raw_tag

# Ids that a line can give, in addition to the commits of the scene.
NOTHING = "nothing"
CURRENT = "the current id"
UNKNOWN = "an object that nobody has"

ON_SERVER = {"c0": (), "c1": ("c0",), "c2": ("c1",), "c3": ("c2",), "c4": ("c3",), "s1": ("c0",)}
AT_CLIENT = {"c5": ("c4",), "c6": ("c5",), "s2": ("s1",), "no-parent": (UNKNOWN,), "no-tree": ("c5",)}
BRANCHES = {"refs/heads/main": "c4", "refs/heads/side": "s1"}

# The file with the refs that a foreign `update` hook refuses, one per line.
DROPPED = "dropped"
DROPPING_HOOK = f"""#!/bin/sh
if grep -qxF -e "$1" {DROPPED} 2>/dev/null; then
    echo "somebody else's hook refuses $1" >&2
    exit 1
fi
"""


class TagOf(NamedTuple):
    """An annotated tag whose object has the name `name`; `at` None dates it after every tag before it."""

    name: str
    commit: str
    at: int | None


class Line(NamedTuple):
    """A push's line about one ref."""

    ref: str | bytes
    old: str | TagOf
    new: str | TagOf

    @property
    def name(self) -> str:
        """The name of a tag; any other ref without `refs/`."""
        return os.fsdecode(self.ref).removeprefix("refs/tags/").removeprefix("refs/")


def creates(tag: str, on: str, *, old: str = NOTHING, holds: str | None = None, at: int | None = None) -> Line:
    """Creates an annotated tag on the commit `on`; its object has the name `holds`, by default the ref's."""
    return Line(f"refs/tags/{tag}", old, TagOf(holds or tag, on, at))


def moves(tag: str, to: str, *, old: str = CURRENT) -> Line:
    """Replaces a tag by another one on the commit `to`."""
    return creates(tag, to, old=old)


def deletes(tag: str, *, old: str = CURRENT) -> Line:
    return Line(f"refs/tags/{tag}", old, NOTHING)


def branch(name: str, to: str, *, old: str = CURRENT) -> Line:
    return Line(f"refs/heads/{name}", old, to)


class Scene:
    """The server, and the client's objects. `tag_objects` holds the content of every tag object by its id."""

    def __init__(self, server: Server, object_format: str, refs_in: str = "files") -> None:
        self.server = server
        self.object_format = object_format
        self._refs_in = refs_in
        self._ids: dict[str, str] = {}
        self._tags: dict[TagOf, str] = {}
        self.tag_objects: dict[str, bytes] = {}
        self._to_send: list[GitObject] = []
        self.clock = BEGINNING + 100
        for name, parents in [*ON_SERVER.items(), *AT_CLIENT.items()]:
            tree = self.id(UNKNOWN) if name == "no-tree" else EMPTY_TREE.id(object_format)
            made = commit_object(tree, map(self.id, parents), at=BEGINNING + len(self._ids), message=name)
            self._ids[name] = made.id(object_format)
            if name in AT_CLIENT:
                self._to_send.append(made)

    @property
    def nothing(self) -> str:
        return "0" * len(EMPTY_TREE.id(self.object_format))

    def tick(self) -> int:
        """The second after the newest tag's."""
        self.clock += 1
        return self.clock

    def id(self, name: str | TagOf, current: str | None = None) -> str:
        """The object id that `name` in a line stands for."""
        if isinstance(name, TagOf):
            return self._tag(name)
        if name == NOTHING:
            return self.nothing
        if name == CURRENT:
            return current or self.nothing
        if name == UNKNOWN:
            return "deadbeef" * (len(self.nothing) // 8)
        return self._ids[name]

    def stand(self, lines: Sequence[Line]) -> None:
        """Create these refs like an administrator, without any hook."""
        refs = {os.fsdecode(line.ref): self.id(line.new) for line in lines}
        for each in self._to_send:
            if each.type == "tag":
                each.store(self.server.git_dir, self.object_format)
        self._to_send = [each for each in self._to_send if each.type != "tag"]
        self.point(refs)

    def point(self, refs: Mapping[str, str]) -> None:
        """Point refs at objects that the server has."""
        for ref, oid in refs.items():
            if self._refs_in == "files":
                self.server.raw_ref(ref, oid)
            else:
                self.server.git("update-ref", ref, oid)

    def configure(self, settings: Sequence[tuple[str, str]]) -> None:
        """Add `settings` to the server's configuration; a repeated one gets several values."""
        with open(self.server.git_dir / "config", "a") as file:
            for key, value in settings:
                section, _, name = key.partition(".")
                file.write(f'[{section}]\n\t{name} = "{value}"\n')

    def govern(self, policy: str) -> None:
        """Make `policy` the server's."""
        file = self.server.path.with_name("policy.toml")
        file.write_text(policy)
        self.configure([("tagwarden.policy", f"file:{file}")])

    def drop(self, *refs: str | bytes) -> None:
        """Make the foreign `update` hook, if there is one, refuse `refs`."""
        (self.server.git_dir / DROPPED).write_bytes(b"".join(os.fsencode(ref) + b"\n" for ref in refs))

    def dropped(self) -> set[bytes]:
        """The refs that the foreign hook refuses."""
        file = self.server.git_dir / DROPPED
        return set(file.read_bytes().splitlines()) if file.exists() else set()

    def commands(self, lines: Sequence[Line], current: Mapping[str, str] | None = None) -> list[bytes]:
        """The lines as they are sent, given the existing refs (`current`, if known)."""
        current = self.refs() if current is None else current
        return [
            command(self.id(old, stands), self.id(new, stands), ref)
            for ref, old, new in lines
            for stands in [current.get(os.fsdecode(ref))]
        ]

    def push(self, lines: Sequence[Line], **how: Any) -> RawPushResult:
        """Send `lines`, with a pack of all objects that only the client has. `how` is passed to `send`."""
        return self.send(self.commands(lines), **how)

    def send(self, commands: Sequence[bytes], *, shallow: Sequence[str] = (), **how: Any) -> RawPushResult:
        """Send `commands`; `shallow` names commits, and `how` is passed to `raw_push`."""
        if any(command.split(b" ")[1].strip(b"0") for command in commands):
            how.setdefault("pack", pack_of([*self._to_send, EMPTY_TREE], self.object_format))
        return raw_push(self.server.git_dir, commands, shallow=[self.id(name) for name in shallow], **how)

    def refs(self) -> dict[str, str]:
        return self.server.refs()

    def _tag(self, tag: TagOf) -> str:
        if tag not in self._tags:
            tagger = f"Ada Lovelace <ada@example.com> {tag.at or self.tick()} +0000"
            made = GitObject("tag", raw_tag(object=self.id(tag.commit), tag=tag.name, tagger=tagger))
            self._tags[tag] = made.id(self.object_format)
            self.tag_objects[self._tags[tag]] = made.content
            self._to_send.append(made)
        return self._tags[tag]


class Stage:
    """Makes scenes by copying servers that are made only once."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def scene(
        self, path: Path, *, hook: str, object_format: str = "sha1", foreign: bool = False, refs_in: str = "files"
    ) -> Scene:
        """A scene at `path`, replacing the last one; `foreign` adds a foreign `update` hook beside `hook`."""
        template = self._templates.folder / f"scene-{hook}-{object_format}-{refs_in}-{foreign}.git"
        if not template.exists():
            self._make(template, hook, object_format, foreign, refs_in)
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(template, path, symlinks=True)
        return Scene(Server(path), object_format, refs_in)

    def _make(self, template: Path, hook: str, object_format: str, foreign: bool, refs_in: str) -> None:
        storage = [] if refs_in == "files" else [f"--ref-format={refs_in}"]
        Repo.init(template, "--bare", f"--object-format={object_format}", *storage)
        server = Server(template)
        scene = Scene(server, object_format, refs_in)
        EMPTY_TREE.store(server.path, object_format)
        for number, (name, parents) in enumerate(ON_SERVER.items()):
            tree = EMPTY_TREE.id(object_format)
            made = commit_object(tree, map(scene.id, parents), at=BEGINNING + number, message=name)
            assert made.store(server.path, object_format) == scene.id(name)
        scene.point({ref: scene.id(name) for ref, name in BRANCHES.items()})
        if foreign:
            hook_at(server.path / "hooks" / "update", DROPPING_HOOK)
        install = [sys.executable, "-I", "-m", "tagwarden.cli", "install", "--server", "--hook", hook, str(template)]
        ran = subprocess.run(install, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr


@functools.cache
def git_has_reftables() -> bool:
    """Whether the Git at hand can keep refs in a reftable (2.45 and later)."""
    return b"--ref-format" in subprocess.run(["git", "init", "-h"], capture_output=True).stdout


@functools.cache
def git_moves_refs_at_once() -> bool:
    """Whether the Git at hand asks the update hook about every ref before it moves the first (2.55 does, 2.39 not)."""
    with tempfile.TemporaryDirectory() as folder:
        server = Repo.init(Path(folder, "server.git"), "--bare")
        hook_at(
            server.path / "hooks" / "update", "#!/bin/sh\ngit show-ref --quiet refs/tags/a && touch moved-first\n:\n"
        )
        repo = Repo.init(Path(folder, "repo"))
        repo.commit()
        for tag in "ab":
            repo.lightweight(tag)
        assert repo.push("a", "b", remote=str(server.path)).ok
        return not (server.path / "moved-first").exists()
