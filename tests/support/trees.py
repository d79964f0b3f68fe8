"""Trees byte by byte, and the shapes in which they hurt."""

from __future__ import annotations

from collections.abc import Sequence

from .repositories import Repo
from .tag_objects import TAGGER

FOLDER, FILE = "40000", "100644"
Entry = tuple[str, str, str]


def tree(repo: Repo, *entries: Entry) -> str:
    """A tree of these entries (mode, name, id), however odd and in whatever order; its id."""
    raw = b"".join(
        mode.encode() + b" " + name.encode("utf-8", "surrogateescape") + b"\0" + bytes.fromhex(oid)
        for mode, name, oid in entries
    )
    return repo.write_object(raw, "tree")


def blob(repo: Repo, content: bytes = b"hello\n") -> str:
    return repo.write_object(content, "blob")


def nested(repo: Repo, depth: int) -> str:
    """A file below so many folders that lie in each other."""
    made = tree(repo, (FILE, "file", blob(repo)))
    for _ in range(depth):
        made = tree(repo, (FOLDER, "folder", made))
    return made


def bomb(repo: Repo, levels: int, *, width: int = 10) -> str:
    """A few small trees that hold `width` to the power of `levels` paths, and more."""
    made = tree(repo, *[(FILE, f"file{number}", blob(repo)) for number in range(width)])
    for _ in range(levels - 1):
        made = tree(repo, *[(FOLDER, f"folder{number}", made) for number in range(width)])
    return made


def commit_of(repo: Repo, root: str, *, committer: str = TAGGER, parents: Sequence[str] = ()) -> str:
    """A commit of this tree; its id."""
    lines = [f"tree {root}", *(f"parent {parent}" for parent in parents), f"author {TAGGER}", f"committer {committer}"]
    return repo.write_object("\n".join([*lines, "", "A change", ""]).encode(), "commit")
