"""Refuses a push that would leave the trusted ref with an unreadable policy.

The policy is read from that ref. If it were unreadable, no tag could be judged,
and every push of tags would be refused until it is repaired.

Fix: run `tagwarden policy check` and push again.
"""

from __future__ import annotations

from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..push import WholePush

OPTIONS = ()
WHY = "no tag could be judged, so every push of tags would be refused; `tagwarden policy check` finds such mistakes."


def check(push: WholePush) -> Iterator[Breach]:
    if push.policy_problem is not None:
        ref, mistakes = push.policy_problem
        for mistake in mistakes:
            yield Breach(f"this push would make the policy unreadable: {mistake}", ref)


EXAMPLES = (
    accepted("a readable policy", 'policy [versions]\\norder = "major"'),
    refused("an unreadable policy", "policy [versions]\\nordre = 1"),
)
