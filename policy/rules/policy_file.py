"""Refuses a push that would leave the trusted ref with an unreadable policy.

The policy that judges is read from there. Were it unreadable, no tag could be
judged, and every push of tags would be refused until it is repaired.

To put it right, run `tagwarden policy check` and push again.
"""

from __future__ import annotations

from ..verdict import Breach
from .contract import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..push import WholePush

OPTIONS = ()
WHY = "with an unreadable policy nothing could be judged, and every push of tags would be refused."


def check(push: WholePush) -> Iterator[Breach]:
    if push.policy_problem is not None:
        ref, mistakes = push.policy_problem
        for mistake in mistakes:
            yield Breach(
                f"the policy that this push brings can't be read: {mistake}", ref, fix="tagwarden policy check"
            )


EXAMPLES = (
    Example("a readable policy", ('policy [versions]\\norder = "major"',), refused=False),
    Example("an unreadable policy", ("policy [versions]\\nordre = 1",), refused=True),
)
