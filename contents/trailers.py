"""Reads the contents of a version that the trailers of its tag state.

    Artifact: sha256:<hex> models/model.pkl
    Data: md5:<hex>.dir data/pool
    Metric: AUC=0.951

The tag's signature covers them, so they win if the files of the commit say
something else.
"""

from __future__ import annotations

from ..policy.objects.bound_artifacts import split_digest
from ..policy.objects.piece import Piece
from .record import TAG, Contents, Stated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def stated_in(trailers: Iterable[tuple[str, str]]) -> Contents:
    """The contents that the trailers (key and value) state. A malformed one gives a note."""
    artifacts: list[Piece] = []
    data: list[Piece] = []
    metrics: list[Stated] = []
    notes: list[str] = []
    for key, value in trailers:
        kind = key.lower()
        if kind in ("artifact", "data"):
            piece = _piece(value)
            if piece is not None:
                (artifacts if kind == "artifact" else data).append(piece)
            elif kind == "artifact":
                notes.append(f"the trailer '{key}: {value}' is not DIGEST PATH, with a digest such as sha256:…")
        elif kind == "metric":
            name, equals, number = value.partition("=")
            if equals and name.strip():
                metrics.append(Stated(name.strip(), _number(number.strip()), TAG))
            else:
                notes.append(f"the trailer '{key}: {value}' is not NAME=VALUE")
    artifact = merged(artifacts)
    if len({piece.path for piece in artifacts}) > 1:
        notes.append("the tag names several artifacts; this is the first")
    return Contents(artifact, tuple(data), (), tuple(metrics), (), tuple(notes))


def merged(pieces: Sequence[Piece]) -> Piece | None:
    """The first of `pieces`, with the digests of all `pieces` that have its path; None without pieces."""
    if not pieces:
        return None
    digests = [digest for piece in pieces if piece.path == pieces[0].path for digest in piece.digests]
    return pieces[0]._replace(digests=tuple(dict.fromkeys(digests)))


def _piece(value: str) -> Piece | None:
    found = split_digest(value)
    return Piece(found[1], (found[0],), None, TAG) if found is not None else None


def _number(text: str) -> float | int | str:
    for read in (int, float):
        try:
            found = read(text)
        except ValueError:
            continue
        if found == found and abs(found) != float("inf"):
            return found
    return text
