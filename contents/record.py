"""The records for the contents of a version."""

from __future__ import annotations

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..policy.objects.piece import Piece

TAG = "tag"
# The trailers that state contents, in lower case.
CONTENT_TRAILERS = ("artifact", "data", "metric")
# The order in which the kinds of things are listed in which versions can differ.
ORDER = ("artifact", "data", "code", "command", "param", "metric", "trailer")


class Stated(Record):
    """A metric, a parameter, or a stage's command. `source` is the file of the commit that says so, or "tag"."""

    name: str
    value: Any
    source: str


class Contents(Record):
    """The contents of a version, as far as Git and the tag say.

    `data` and `code` are the dependencies of the stage that makes the artifact,
    outside Git and in Git. `command` is what that stage ran, named after the stage.
    If DVC tracks the folder that contains the artifact as a whole, `artifact` is
    that folder, and `part` the artifact's path in it; otherwise `part` is "".
    `notes` are sentences on what was not read. `reproducible`: the contents of the same
    tag will always be these, because nothing was missing here or took too long.
    """

    artifact: Piece | None = None
    data: tuple[Piece, ...] = ()
    code: tuple[Piece, ...] = ()
    metrics: tuple[Stated, ...] = ()
    params: tuple[Stated, ...] = ()
    notes: tuple[str, ...] = ()
    part: str = ""
    command: Stated | None = None
    reproducible: bool = True
