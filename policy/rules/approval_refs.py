"""Refuses changes to the refs of proposals and approvals that would spoil what they prove.

Below `refs/tagwarden/` there is nothing but `proposals/ID`, which names just the
tag object with that id, and `approvals/ID/PRINCIPAL`, which names a signed
approval of it, or the revocation of one, by that very person for this very
repository. A proposal is never moved, and withdrawn only by who pushed it. An
approval is never deleted, and replaced only by a later word of the same person.
Once the tag has landed, all of it stays. This holds in mode "evaluate", too,
for what is there counts once the policy enforces. Where no policy asks for approvals,
nothing is let in there, so that nothing waits there for one that does.

Fix: use `tagwarden propose`, `approve` and `revoke`; docs/approvals.md tells
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
    refused("another ref below the same folder", "guarded notes/x"),
    accepted("a push without such refs", "churn@v1.0.0"),
)
