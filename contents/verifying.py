"""Whether a file or folder is the artifact that a version binds: its content is hashed as the version's digests are."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.record import Record

if TYPE_CHECKING:
    from .record import Piece

CHUNK = 1 << 20
# The strongest first. Git's ids are SHA-1 with a look-out for made collisions, or SHA-256.
KINDS = ("sha256", "git", "md5")


class Comparison(Record):
    """The digests of the artifact that the content has, and those that it has not."""

    same: tuple[str, ...]
    different: tuple[str, ...]


def compare(path: str, artifact: Piece) -> Comparison:
    """Hold what is at `path` against the digests of `artifact`.

    Raises CannotJudge where none of them can be computed, or the content can't
    be read.
    """
    known = {digest.partition(":")[0]: digest for digest in reversed(artifact.digests)}
    of_folder = known.get("md5", "").endswith(".dir")
    try:
        if os.path.isdir(path):
            found = {"md5": f"md5:{_md5_of_folder(path)}"} if of_folder else {}
        else:
            found = {} if of_folder else _digests_of_file(path, known)
    except OSError as error:
        raise CannotJudge(f"{error.filename or path!r} can't be read: {error.strerror}.") from error
    wanted = [kind for kind in KINDS if kind in known and kind in found]
    if not wanted:
        kind = "folder" if os.path.isdir(path) else "file"
        raise CannotJudge(
            f"The version knows its artifact {artifact.path!r} as {', '.join(artifact.digests) or 'nothing'}, which a "
            f"{kind} can't be held against."
        )
    same = tuple(known[kind] for kind in wanted if found[kind] == known[kind])
    return Comparison(same, tuple(known[kind] for kind in wanted if known[kind] not in same))


def _digests_of_file(path: str, known: dict[str, str]) -> dict[str, str]:
    if not os.path.isfile(path):
        raise CannotJudge(f"{path!r} is neither a file nor a folder.")  # a pipe would never end
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        hashes = {kind: _new(kind, digest, size) for kind, digest in known.items() if kind in KINDS}
        while chunk := file.read(CHUNK):
            for one in hashes.values():
                one.update(chunk)
    return {kind: f"{kind}:{one.hexdigest()}" for kind, one in hashes.items()}


def _new(kind: str, digest: str, size: int) -> hashlib._Hash:
    if kind != "git":
        return hashlib.new(kind, usedforsecurity=kind == "sha256")
    started = hashlib.sha256() if len(digest) == len("git:") + 64 else hashlib.sha1(usedforsecurity=False)
    started.update(b"blob %d\0" % size)
    return started


def _md5_of_folder(path: str) -> str:
    """DVC's digest of a folder: the MD5 of the list of its files with theirs, as JSON, sorted by path."""
    files = []
    for folder, folders, names in os.walk(path, onerror=_fail, followlinks=False):
        folders.sort()
        for name in names:
            full = os.path.join(folder, name)
            relative = os.path.relpath(full, path).replace(os.sep, "/")
            found = _digests_of_file(full, {"md5": ""})["md5"].removeprefix("md5:")
            files.append({"md5": found, "relpath": relative})
    files.sort(key=lambda one: one["relpath"])
    content = json.dumps(files, sort_keys=True).encode()
    return f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}.dir"


def _fail(error: OSError) -> None:
    raise error
