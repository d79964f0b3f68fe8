"""A file or folder that a version is made of, known by its digests."""

from __future__ import annotations

from ..record import Record


class Piece(Record):
    """A file or folder: the artifact, or something that it was made from.

    `digests` are such as `sha256:…`, `md5:…` (DVC's) and `git:…` (the id that
    Git gives). `told_by` is the file of the commit that says so, or "tag".
    """

    path: str
    digests: tuple[str, ...]
    size: int | None
    told_by: str
