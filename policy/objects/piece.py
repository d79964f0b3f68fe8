"""A file or folder that belongs to a version, identified by its digests."""

from __future__ import annotations

from ..record import Record


class Piece(Record):
    """A file or folder: the artifact, or something that it was made from.

    `digests` are written `KIND:VALUE`: `sha256:…`, `md5:…` (DVC's), `git:…` (the
    id of the blob in Git). `size` is in bytes, None if unknown. `source` is the
    path of the file that contains this information, or "tag".
    """

    path: str
    digests: tuple[str, ...]
    size: int | None
    source: str
