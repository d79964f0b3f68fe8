"""Digests of files and folders: SHA-256, DVC's MD5, Git's id, and the root digest of OpenSSF Model Signing.

The root digest is the SHA-256 of the concatenated SHA-256 digests of a folder's
files, ordered by the components of their paths (`model_signing`,
`_serialization/file.py` and `_signing/signing.py`). Git's own files at the top of
the folder are left out, and a folder with a symbolic link has no root digest.
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
# The strongest first. Git's ids are SHA-256, or SHA-1 with detection of collision attacks.
KINDS = ("sha256", "git", "md5")
# What `model_signing` leaves out by default, at the top of a folder.
NOT_OF_THE_MODEL = frozenset((".git", ".gitattributes", ".github", ".gitignore"))


def digests_of_file(path: str, like: Mapping[str, str]) -> dict[str, str]:
    """The digests of a file's content, by kind, for each kind in `like`.

    `like` maps kinds to the digests that the result will be compared with: their
    length decides which of Git's hashes is used. Raises OSError if the file can't
    be read, and CannotJudge for anything but a file.
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
    """DVC's MD5 and the root digest of a folder, by kind ("md5", "sha256").

    DVC's is the MD5 of a JSON list of the files with their MD5s, sorted by path. A
    folder with a symbolic link has no root digest; with a link to nothing it has
    neither. Raises OSError if something in it can't be read, and CannotJudge if
    something is neither a file nor a folder.
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
    """The root digest (hex) of a folder's files, each given by its path relative to the folder and its SHA-256."""
    root = hashlib.sha256()
    for parts, digest in sorted((path.split("/"), digest) for path, digest in files):
        if parts[0] not in NOT_OF_THE_MODEL:
            root.update(bytes.fromhex(digest))
    return root.hexdigest()


def _files_below(path: str) -> Iterator[str]:
    """Everything below a folder except folders, including links to folders, by the path relative to the folder."""
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
