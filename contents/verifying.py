"""Verifies that a file or folder is the artifact that a version binds, by hashing its content."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.record import Record
from .digests import KINDS, digests_of_file, digests_of_folder

if TYPE_CHECKING:
    from ..policy.objects.piece import Piece


class Comparison(Record):
    """The digests of the artifact that match the content, and those that don't."""

    same: tuple[str, ...]
    different: tuple[str, ...]


def compare(path: str, artifact: Piece) -> Comparison:
    """Compare the file or folder at `path` with the digests of `artifact`.

    Raises CannotJudge if none of these digests can be computed for it, or if it can't be read.
    """
    known = {digest.partition(":")[0]: digest for digest in reversed(artifact.digests)}
    of_folder = known.get("md5", "").endswith(".dir")
    try:
        if os.path.isdir(path):
            found = digests_of_folder(path)
            if not of_folder:
                found.pop("md5", None)
        else:
            found = {} if of_folder else digests_of_file(path, known)
    except OSError as error:
        raise CannotJudge(f"{error.filename or path!r} can't be read: {error.strerror}.") from error
    if "sha256" in known and os.path.isdir(path) and "sha256" not in found:
        raise CannotJudge(f"{path!r} contains a symbolic link, so it has no root digest (model signing).")
    wanted = [kind for kind in KINDS if kind in known and kind in found]
    if not wanted:
        kind = "folder" if os.path.isdir(path) else "file"
        raise CannotJudge(
            f"The version knows its artifact {artifact.path!r} as {', '.join(artifact.digests) or 'nothing'}, which "
            f"can't be compared with a {kind}."
        )
    same = tuple(known[kind] for kind in wanted if found[kind] == known[kind])
    return Comparison(same, tuple(known[kind] for kind in wanted if known[kind] not in same))
