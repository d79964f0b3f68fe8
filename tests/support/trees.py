"""Builds trees byte by byte, in particular those that are expensive to read."""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

from .repositories import Repo
from .tag_objects import TAGGER

FOLDER, FILE = "40000", "100644"
Entry = tuple[str, str, str]


def write(repo: Repo, kind: str, content: bytes) -> str:
    """Store a loose object like Git, in a fraction of the time of a process; returns its id."""
    whole = f"{kind} {len(content)}".encode() + b"\0" + content
    oid = hashlib.new(_object_format(repo.git_dir), whole).hexdigest()
    file = repo.git_dir / "objects" / oid[:2] / oid[2:]
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(whole))
    return oid


@functools.cache
def _object_format(git_dir: Path) -> str:
    return "sha256" if "objectformat = sha256" in (git_dir / "config").read_text().lower() else "sha1"


def tree(repo: Repo, *entries: Entry) -> str:
    """Store a tree of these entries (mode, name, id), valid or not and in any order; returns its id."""
    raw = b"".join(
        mode.encode() + b" " + name.encode("utf-8", "surrogateescape") + b"\0" + bytes.fromhex(oid)
        for mode, name, oid in entries
    )
    return write(repo, "tree", raw)


def blob(repo: Repo, content: bytes = b"hello\n") -> str:
    return write(repo, "blob", content)


def tree_of(repo: Repo, revision: str = "HEAD") -> str:
    """The id of a commit's tree."""
    return repo.git("rev-parse", f"{revision}^{{tree}}")


def nested(repo: Repo, depth: int) -> str:
    """Store a tree with a file below `depth` nested folders; returns its id."""
    made = tree(repo, (FILE, "file", blob(repo)))
    for _ in range(depth):
        made = tree(repo, (FOLDER, "folder", made))
    return made


def bomb(repo: Repo, levels: int, *, width: int = 10) -> str:
    """Store a few small trees with more than `width` to the power of `levels` paths; returns the id of the root."""
    made = tree(repo, *[(FILE, f"file{number}", blob(repo)) for number in range(width)])
    for _ in range(levels - 1):
        made = tree(repo, *[(FOLDER, f"folder{number}", made) for number in range(width)])
    return made


def commit_of(repo: Repo, root: str, *, committer: str = TAGGER, parents: Sequence[str] = ()) -> str:
    """Store a commit of this tree; returns its id."""
    lines = [f"tree {root}", *(f"parent {parent}" for parent in parents), f"author {TAGGER}", f"committer {committer}"]
    return write(repo, "commit", "\n".join([*lines, "", "A change", ""]).encode())
