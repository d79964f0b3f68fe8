"""What a version holds, as far as Git and the tag tell."""

from __future__ import annotations

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..policy.objects.piece import Piece

TAG = "tag"


class Stated(Record):
    """A metric, a parameter, or a stage's command. `told_by` is the file of the commit that says so, or "tag"."""

    name: str
    value: Any
    told_by: str


class Contents(Record):
    """`data` and `code` are what the stage that makes the artifact depends on: out of Git, and in it.

    `command` is what that stage ran, by the stage's name.
    Where DVC keeps the folder that the artifact lies in as one, `artifact` is
    that folder, and `part` the path in there; else it is empty.
    `lasting` tells whether the same tag always holds this: nothing of its
    commit was missing here, and nothing took too long to read.
    """

    artifact: Piece | None = None
    data: tuple[Piece, ...] = ()
    code: tuple[Piece, ...] = ()
    metrics: tuple[Stated, ...] = ()
    params: tuple[Stated, ...] = ()
    notes: tuple[str, ...] = ()
    part: str = ""
    command: Stated | None = None
    lasting: bool = True
