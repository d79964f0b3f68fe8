"""The ways in which a push may land, for a push is right only if it is right in each of them.

A server hook judges a push before Git updates the refs, and Git updates them
one by one: what refuses a ref after the hook (another hook, a lost race) lets
the rest of the push in. So other lines of a push always count against a line.
They count for it only where nothing but a fault can keep them from landing;
lines that delete or move a tag never do.
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

    `counted` are the kinds of the push's own events that count for those that
    follow them. With `touched_stay`, the tags that the push moves or deletes
    stand as they did. With `only_helped`, only those rules are asked to which
    another tag of the push can be a help (`RuleRow.helped`). `because` ends
    the message of a finding that no other landing has.
    """

    counted: frozenset[Kind]
    touched_stay: bool
    only_helped: bool
    because: str


TOGETHER = Landing(ALL_KINDS, touched_stay=False, only_helped=False, because="")
WITHOUT_DELETIONS = Landing(
    ALL_KINDS,
    touched_stay=True,
    only_helped=False,
    because="; what this push deletes or moves counts until it is gone, so push that first",
)


def landings_of(push: ModelPush, circumstances: Circumstances) -> Sequence[Landing]:
    """The landings in which a model's share of a push must be right, the complete one first."""
    if circumstances.place == "history":
        return (TOGETHER,)
    if circumstances.asked_singly is not None and len(push.pushed) > 1:
        because = (
            f"; the other tags of this push do not count for it, because {circumstances.asked_singly} may refuse"
            " each of them on its own: push what this tag needs first"
        )
        # With none of the others, and with those alone that take something away.
        alone = Landing(frozenset(), touched_stay=True, only_helped=True, because=because)
        return (TOGETHER, alone, alone._replace(counted=TAKING_AWAY))
    if any(update.change in ("move", "delete") for update in push.pushed):
        return (TOGETHER, WITHOUT_DELETIONS)
    return (TOGETHER,)
