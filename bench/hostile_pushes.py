"""Pushes of a megabyte on the wire that cost a hook as much as possible."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from .measuring import CommandFailed
from .repositories import ZERO, Repository

WIRE_BYTES = 1 << 20
LINES = "hostile-lines"
BIG = 256 << 20
PACK_TYPES = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
# What each command to receive-pack adds on the wire to its line, mainly the length before it.
PACKET_BYTES = 5


class Hostile:
    """A push in the making: command lines, and the objects of its pack."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._packed: list[bytes] = []
        self._on_the_wire = 0
        tree = self.put("tree", b"")
        self.commit = self.put("commit", _commit(tree))

    @property
    def has_room(self) -> bool:
        return self._on_the_wire < WIRE_BYTES

    def put(self, kind: str, data: bytes) -> str:
        """Pack an object; returns its id."""
        head = bytearray()
        size, byte = len(data) >> 4, PACK_TYPES[kind] << 4 | len(data) & 15
        while size:
            head.append(byte | 0x80)
            byte, size = size & 0x7F, size >> 7
        head.append(byte)
        self._packed.append(bytes(head) + zlib.compress(data, 9))
        self._on_the_wire += len(self._packed[-1])
        return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()

    def tag(self, name: str, *, target: str | None = None, message: bytes = b"m\n", before: bytes = b"") -> str:
        tagger = "Ada <ada@example.com> 1600000000 +0000"
        head = f"object {target or self.commit}\ntype commit\ntag {name}\ntagger {tagger}\n\n"
        return self.put("tag", before + head.encode() + message)

    def create(self, name: str, oid: str) -> None:
        line = f"{ZERO} {oid} refs/tags/{name}\n"
        self.lines.append(line)
        self._on_the_wire += len(line) + PACKET_BYTES

    def write(self, path: Path, environment: Mapping[str, str]) -> None:
        """Make the repository at `path` with all of the objects, and the file with the hook's lines."""
        shutil.rmtree(path, ignore_errors=True)
        subprocess.run(["git", "init", "--quiet", "--bare", str(path)], check=True, env=dict(environment))
        pack = b"PACK" + struct.pack(">II", 2, len(self._packed)) + b"".join(self._packed)
        pack += hashlib.sha1(pack, usedforsecurity=False).digest()
        subprocess.run(
            ["git", "-C", str(path), "index-pack", "--stdin"],
            input=pack, check=True, stdout=subprocess.DEVNULL, env=dict(environment),
        )  # fmt: skip
        (path / LINES).write_text("".join(self.lines))


def _commit(tree: str) -> bytes:
    return f"tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nc\n".encode()


def endless_names(push: Hostile) -> None:
    oid = push.tag("m@v1.0.0")
    while push.has_room:
        push.create(f"m{len(push.lines)}/" + "m/" * 32_000 + "x@v1.0.0", oid)


def deep_names(push: Hostile) -> None:
    oid = push.tag("m@v1.0.0")
    while push.has_room:
        push.create(f"m{len(push.lines)}/" * 19 + "x@v1.0.0", oid)


def many_models(push: Hostile) -> None:
    oid = push.tag("m@v1.0.0")
    while push.has_room:
        push.create(f"m{len(push.lines)}@v1.0.0", oid)


def stages_of_one_version(push: Hostile) -> None:
    push.create("m@v1.0.0", push.tag("m@v1.0.0"))
    while push.has_room:
        name = f"m#s{len(push.lines)}"
        push.create(name, push.tag(name))


def near_misses(push: Hostile) -> None:
    oid = push.tag("m@v1.0.0")
    while push.has_room:
        push.create(f"m@{len(push.lines)}", oid)


def folders_of_one_another(push: Hostile) -> None:
    oid = push.tag("m@v1.0.0")
    while push.has_room:
        number = len(push.lines)
        push.create(f"m#s{number}", oid)
        push.create(f"m#s{number}/x", oid)


def long_messages(push: Hostile) -> None:
    while push.has_room:
        name = f"m@v1.{len(push.lines)}.0"
        push.create(name, push.tag(name, message="é".encode() * 32_000 + name.encode()))


def many_defects(push: Hostile) -> None:
    while push.has_room:
        name = f"m@v1.{len(push.lines)}.0"
        lines = b"".join(b"odd%d line\n" % number for number in range(3000))
        push.create(name, push.tag(name, before=lines))


def a_huge_tag(push: Hostile) -> None:
    push.create("m@v1.0.0", push.tag("m@v1.0.0", message=b"x" * BIG))


def a_huge_commit(push: Hostile) -> None:
    target = push.put("commit", _commit(push.put("tree", b"")) + b"x" * BIG)
    push.create("m@v1.0.0", push.tag("m@v1.0.0", target=target))


def a_huge_file(push: Hostile) -> None:
    _create_with_artifacts(push, b"#" * BIG)


def a_long_file(push: Hostile) -> None:
    _create_with_artifacts(push, b"".join(b"a%d: {path: x}\n" % number for number in range(52_000)))


def _create_with_artifacts(push: Hostile, content: bytes) -> None:
    entry = b"100644 artifacts.yaml\0" + bytes.fromhex(push.put("blob", content))
    push.create("m@v1.0.0", push.tag("m@v1.0.0", target=push.put("commit", _commit(push.put("tree", entry)))))


PUSHES: tuple[Callable[[Hostile], None], ...] = (
    endless_names,
    deep_names,
    many_models,
    stages_of_one_version,
    near_misses,
    folders_of_one_another,
    long_messages,
    many_defects,
    a_huge_tag,
    a_huge_commit,
    a_huge_file,
    a_long_file,
)


def hostile_repository(
    make: Callable[[Hostile], None], folder: Path, environment: Mapping[str, str]
) -> tuple[Repository, Path]:
    """A repository with the objects of the push that `make` builds, and the file with the hook's lines for it."""
    path = folder / f"{make.__name__}.git"
    # In a separate process, because this one's memory would count as that of the processes that it starts.
    making = multiprocessing.get_context("spawn").Process(target=_write, args=(make, path, dict(environment)))
    making.start()
    making.join()
    if making.exitcode:
        raise CommandFailed(f"{make.__name__} could not be made")
    return Repository(path, environment, path / "none"), path / LINES


def _write(make: Callable[[Hostile], None], path: Path, environment: Mapping[str, str]) -> None:
    push = Hostile()
    make(push)
    push.write(path, environment)
