"""The ways in which a push may land. A push is accepted only if it is valid in each of them.

A server hook judges a push before Git updates the refs, and Git updates them
one by one: if another hook or a lost race refuses one ref, the rest of the push
still lands. So the other lines of a push always count against a line. They count
in its favour only if nothing but a fault can keep them from landing; lines that
delete or move a tag never do.
"""

from __future__ import annotations

from ..grammar.tag_name import ALL_KINDS
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..grammar.tag_name import Kind
    from ..push import Circumstances, ModelPush

TAKING_AWAY: frozenset[Kind] = frozenset(("deregister", "unassign", "deprecate"))


class Landing(Record):
    """One way in which a push may land.

    `counted` are the kinds of pushed events that count for later events. With
    `touched_stay`, the tags that the push moves or deletes stay as they were.
    With `only_dependent_rules`, only those rules are run by which another tag of
    the push can make a tag valid (`RuleRow.depends_on_push`). `because` is appended
    to the message of a finding that no earlier landing has.
    """

    counted: frozenset[Kind]
    touched_stay: bool
    only_dependent_rules: bool
    because: str


TOGETHER = Landing(ALL_KINDS, touched_stay=False, only_dependent_rules=False, because="")
WITHOUT_DELETIONS = Landing(
    ALL_KINDS,
    touched_stay=True,
    only_dependent_rules=False,
    because="; what this push deletes or moves counts until it is gone, so push that first",
)


def landings_of(push: ModelPush, circumstances: Circumstances) -> Sequence[Landing]:
    """The ways in which a model's part of a push may land, all of it together first."""
    if circumstances.place == "history":
        return (TOGETHER,)
    if circumstances.per_ref_hook is not None and len(push.pushed) > 1:
        because = (
            f"; the other tags of this push do not count for it, because {circumstances.per_ref_hook} may refuse"
            " each of them on its own: push what this tag needs first"
        )
        # Alone, and together with only those tags that take something away.
        alone = Landing(frozenset(), touched_stay=True, only_dependent_rules=True, because=because)
        return (TOGETHER, alone, alone._replace(counted=TAKING_AWAY))
    if any(update.old is not None for update in push.pushed):
        return (TOGETHER, WITHOUT_DELETIONS)
    return (TOGETHER,)
