"""The SHA-256 of what Git has at a path of a commit. Files of any size are read in chunks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.objects.lfs_pointer import MOST_BYTES, read_pointer
from ..repository.git.processes import start
from ..repository.git.scratch_files import filled_scratch_file
from .digests import CHUNK, root_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from ..repository.git.command import Git

FILE_MODES = ("100644", "100755")
FOLDER_MODE = "040000"


def sha256_in_git(git: Git, commit: str, path: str) -> str:
    """The SHA-256 (hex) of the file at `path` of `commit`, or the root digest of the folder there (`digests.py`).

    For a Git LFS pointer it is that of the file that the pointer stands for.
    Objects that a partial clone lacks are fetched. Raises CannotJudge for a
    symbolic link or a submodule there or below, and if Git can't read an object.
    """
    name = path.encode("utf-8", "surrogateescape")
    found = _listed(git, "ls-tree", "-z", "--full-tree", commit, "--", f":(literal){path}")
    mode, oid, _ = next((entry for entry in found if entry[2] == name), ("", "", b""))
    if mode == FOLDER_MODE:
        below = list(_listed(git, "ls-tree", "-r", "-z", oid))
        for inner, _, where in below:
            _refuse_links(inner, f"{path}/{where.decode('utf-8', 'surrogateescape')}")
        digests = _sha256_of_blobs(git, [one for _, one, _ in below])
        names = (where.decode("utf-8", "surrogateescape") for _, _, where in below)
        return root_digest(zip(names, digests, strict=True))
    _refuse_links(mode, path)
    return next(_sha256_of_blobs(git, [oid]))


def files_at(git: Git, commit: str, paths: Sequence[str]) -> list[str]:
    """Those of `paths` that the commit has. Files are not read, so that a partial clone fetches nothing."""
    found = _listed(git, "ls-tree", "-z", "--full-tree", commit, "--", *(f":(literal){path}" for path in paths))
    return [path.decode("utf-8", "surrogateescape") for _, _, path in found]


def _refuse_links(mode: str, path: str) -> None:
    if mode not in FILE_MODES:
        raise CannotJudge(f"{path!r} is not a file in Git, so its digest can't be bound.")


def _listed(git: Git, *arguments: str) -> Iterator[tuple[str, str, bytes]]:
    """The mode, id and path of each entry that `git ls-tree` lists."""
    for line in git.run(*arguments)[1].split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, _, oid = head.decode("ascii").split(" ")
            yield mode, oid, path


def _sha256_of_blobs(git: Git, oids: Sequence[str]) -> Iterator[str]:
    questions = filled_scratch_file("".join(f"{oid}\n" for oid in oids).encode("ascii"))
    environment = {**git.user_environment, "GIT_NO_REPLACE_OBJECTS": "1"}
    child = start(git.command("cat-file", "--batch"), environment=environment, stdin=questions)
    assert child.stdout is not None
    try:
        for oid in oids:
            words = child.stdout.readline().split()
            if len(words) != 3:
                raise CannotJudge(f"Git does not have the object {oid}, which the commit contains. Run `git fsck`.")
            yield _sha256_of(child.stdout, int(words[2]))
            child.stdout.read(1)
        child.check()
    finally:
        child.abandon()


def _sha256_of(content: BinaryIO, size: int) -> str:
    small = content.read(size) if size < MOST_BYTES else b""
    pointer = read_pointer(small)
    if pointer is not None:
        return pointer.sha256
    found = hashlib.sha256(small)
    left = size - len(small)
    while left:
        chunk = content.read(min(left, CHUNK))
        if not chunk:
            raise CannotJudge("Git ended in the middle of an object. Run `git fsck`.")
        found.update(chunk)
        left -= len(chunk)
    return found.hexdigest()
