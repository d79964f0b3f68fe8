"""Refuses changes to the refs of proposals and approvals that would destroy their value as evidence.

Only two kinds of ref may exist below `refs/tagwarden/`: `proposals/ID`, which
points at the tag object with that id, and `approvals/ID/PRINCIPAL`, which points
at an approval or revocation of it, signed by that person for this repository. A
proposal can't be moved, and only the person who pushed it can withdraw it. An
approval can't be deleted; only a later approval or revocation by the same person
can replace it. Once the tag has landed, none of these refs may change. The rule
also refuses in mode "evaluate", because the refs will count when the policy is
enforced. While no policy requires approvals, no such ref is accepted, so that
nobody can prepare approvals for a later policy.

Fix: use `tagwarden propose`, `approve` and `revoke`; docs/approvals.md describes
what they push.
"""

from __future__ import annotations

from ..approvals.guard import objection_to
from ..verdict import Breach
from ..wording import quoted
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..push import WholePush

OPTIONS = ()
WHY = "these refs prove who has approved what."


def check(push: WholePush) -> Iterator[Breach]:
    if push.guard is None:
        return
    for line in push.guard.lines:
        objection = objection_to(line, push.guard)
        if objection is not None:
            yield Breach(f"{quoted(line.ref)} {objection.sentence}", line.ref, key=objection.key or "approvals.require")


EXAMPLES = (
    accepted("a proposal", "guarded proposals/1111111111111111111111111111111111111111"),
    refused("another ref in the same folder", "guarded notes/x"),
    accepted("a push without such refs", "churn@v1.0.0"),
)
