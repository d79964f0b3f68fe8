"""The steps of a plan: what is done to which tag, by whom, and why."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..objects.tag_object import Tagger
    from ..verdict import Finding


class Step(Record):
    """What happens to one ref.

    `ref`, which points at the object `oid`, is deleted. If `new_tag` is set, an
    annotated tag of that name is then created on `commit`, with `message`. Its
    tagger is the person who runs the script and its date `offset` seconds after
    the script's start, or both are those of `tagger`. `by_administrator`: no push
    may do this. `why` are the findings that the step repairs; `because` is a
    sentence on what it changes in the registry.
    """

    ref: str
    oid: str
    why: Sequence[Finding]
    because: str
    new_tag: str | None = None
    commit: str | None = None
    message: str = ""
    offset: int = 0
    tagger: Tagger | None = None
    by_administrator: bool = False


class RepairPlan(Record):
    """The steps after which an audit has as few errors as possible, in the order in which they are run.

    `ignore` are globs for `scope.ignore`, and `ignored` the findings that these
    globs remove. `left` are the errors that remain.
    """

    steps: tuple[Step, ...]
    ignore: tuple[str, ...]
    ignored: tuple[Finding, ...]
    left: tuple[Finding, ...]
