"""Digests of files and folders: SHA-256, DVC's MD5, Git's id, and the root digest of OpenSSF Model Signing.

The last is the SHA-256 of the SHA-256s of a folder's files, in the order of
their paths, folder by folder (`model_signing`, `_serialization/file.py` and
`_signing/signing.py`). Git's own files at the folder's top don't count, and a
folder with a symbolic link has none.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

CHUNK = 1 << 20
# The strongest first. Git's ids are SHA-1 with a look-out for made collisions, or SHA-256.
KINDS = ("sha256", "git", "md5")
# What `model_signing` leaves out unasked, at the top of a folder.
NOT_OF_THE_MODEL = frozenset((".git", ".gitattributes", ".github", ".gitignore"))


def digests_of_file(path: str, like: Mapping[str, str]) -> dict[str, str]:
    """The digests of a file's content, of each kind in `like`, which holds digests to be held against.

    Raises OSError where it can't be read, and CannotJudge for what is no file.
    """
    if not os.path.isfile(path):
        raise CannotJudge(f"{path!r} is neither a file nor a folder.")  # a pipe would never end
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        hashes = {kind: _new(kind, digest, size) for kind, digest in like.items() if kind in KINDS}
        while chunk := file.read(CHUNK):
            for one in hashes.values():
                one.update(chunk)
    return {kind: f"{kind}:{one.hexdigest()}" for kind, one in hashes.items()}


def digests_of_folder(path: str) -> dict[str, str]:
    """DVC's MD5 and the root digest of a folder: not the latter where it holds a symbolic link, neither if to no file.

    DVC's is the MD5 of the list of its files with theirs, as JSON, sorted by
    path. Raises OSError where something in it can't be read, and CannotJudge
    where something is neither a file nor a folder.
    """
    listed = []
    files = []
    linked = False
    for relative in _files_below(path):
        full = os.path.join(path, relative)
        name = relative.replace(os.sep, "/")
        if os.path.islink(full):
            linked = True
            if os.path.isdir(full):
                continue
            if not os.path.isfile(full):
                return {}
        found = digests_of_file(full, {"md5": "", "sha256": ""})
        listed.append({"md5": found["md5"].removeprefix("md5:"), "relpath": name})
        files.append((name, found["sha256"].removeprefix("sha256:")))
    listed.sort(key=lambda one: one["relpath"])
    content = json.dumps(listed, sort_keys=True).encode()
    digests = {"md5": f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}.dir"}
    return digests if linked else {**digests, "sha256": f"sha256:{root_digest(files)}"}


def root_digest(files: Iterable[tuple[str, str]]) -> str:
    """The root digest of a folder's files, each with its path from there and its SHA-256."""
    root = hashlib.sha256()
    for parts, digest in sorted((path.split("/"), digest) for path, digest in files):
        if parts[0] not in NOT_OF_THE_MODEL:
            root.update(bytes.fromhex(digest))
    return root.hexdigest()


def _files_below(path: str) -> Iterator[str]:
    """What is below a folder but for folders, and what links to folders, by the path from there."""
    for folder, folders, names in os.walk(path, onerror=_fail, followlinks=False):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*names, *links):
            yield os.path.relpath(os.path.join(folder, name), path)


def _new(kind: str, digest: str, size: int) -> hashlib._Hash:
    if kind != "git":
        return hashlib.new(kind, usedforsecurity=kind == "sha256")
    started = hashlib.sha256() if len(digest) == len("git:") + 64 else hashlib.sha1(usedforsecurity=False)
    started.update(b"blob %d\0" % size)
    return started


def _fail(error: OSError) -> None:
    raise error
