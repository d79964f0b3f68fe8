"""Whether a file or folder is the artifact that a version binds: its content is hashed as the version's digests are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.record import Record
from .digests import KINDS, digests_of_file, digests_of_folder

if TYPE_CHECKING:
    from ..policy.objects.piece import Piece


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
            found = digests_of_folder(path)
            if not of_folder:
                found.pop("md5", None)
        else:
            found = {} if of_folder else digests_of_file(path, known)
    except OSError as error:
        raise CannotJudge(f"{error.filename or path!r} can't be read: {error.strerror}.") from error
    if "sha256" in known and os.path.isdir(path) and "sha256" not in found:
        raise CannotJudge(f"{path!r} holds a symbolic link, and a folder with one has no root digest (model signing).")
    wanted = [kind for kind in KINDS if kind in known and kind in found]
    if not wanted:
        kind = "folder" if os.path.isdir(path) else "file"
        raise CannotJudge(
            f"The version knows its artifact {artifact.path!r} as {', '.join(artifact.digests) or 'nothing'}, which "
            f"can't be compared with a {kind}."
        )
    same = tuple(known[kind] for kind in wanted if found[kind] == known[kind])
    return Comparison(same, tuple(known[kind] for kind in wanted if known[kind] not in same))
