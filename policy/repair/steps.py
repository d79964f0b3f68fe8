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

    `ref` names the object `oid` and is deleted. Where `new_tag` is set, an
    annotated tag of that name is made on `commit` afterwards, with `message`: by
    whoever runs the script, `offset` seconds after its beginning, or as
    `tagger` said. `by_administrator`: no push may do it. `why` are the findings that the step is for; `because` is a
    sentence on what it changes for those who read the registry.
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
    """What leads to an audit without errors, as far as it can.

    `steps` in the order in which they are done. `ignore` are globs for
    `scope.ignore`, and `ignored` the findings that they settle. `left` are the
    errors that stand afterwards.
    """

    steps: tuple[Step, ...]
    ignore: tuple[str, ...]
    ignored: tuple[Finding, ...]
    left: tuple[Finding, ...]
