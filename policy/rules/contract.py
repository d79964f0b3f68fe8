"""What the module of a rule must contain, including its examples, which are run as tests and shown in the docs."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from ..facts.model_facts import ModelFacts
    from ..push import WholePush
    from ..verdict import Breach

    class Rule(Protocol):
        """What the module of a rule about one model's tags holds."""

        OPTIONS: tuple[str, ...]
        WHY: str
        EXAMPLES: tuple[Example, ...]

        def check(self, facts: ModelFacts) -> Iterator[Breach]:
            """Yield what is wrong with the case."""

    class PushRule(Protocol):
        """What the module of a rule about the push as a whole holds."""

        OPTIONS: tuple[str, ...]
        WHY: str
        EXAMPLES: tuple[Example, ...]

        def check(self, push: WholePush) -> Iterator[Breach]:
            """Yield what is wrong with the push."""


class Example(Record):
    """One push.

    A tag is written `NAME [on COMMIT] [at SECOND] [lightweight] [says NAME]
    [tagger TEXT] [committed SECOND] [encoding NAME] [nested DEPTH] [paths COUNT] [damaged HOW]
    [signed PRINCIPAL] [proposed] [withdrawn] [approved PRINCIPALS] [with MESSAGE]` with `c1` and `1` as
    defaults. `signed nobody`: by a signer who is not allowed. `approved grace@example.com,!lin@example.com`: by
    Grace, while Lin has revoked; `withdrawn`: the tag is no longer proposed. `delete NAME` and `move NAME …` delete
    and move a tag. The pusher is `ada`.
    `existing` are the tags that the server has. `policy` is TOML. `refused`
    says whether the rule that this is an example of objects.
    """

    title: str
    pushed: tuple[str, ...]
    refused: bool
    existing: tuple[str, ...] = ()
    policy: str = ""


def accepted(title: str, *pushed: str, existing: tuple[str, ...] = (), policy: str = "") -> Example:
    """A push to which the rule does not object."""
    return Example(title, pushed, False, existing, policy)


def refused(title: str, *pushed: str, existing: tuple[str, ...] = (), policy: str = "") -> Example:
    """A push to which it does."""
    return Example(title, pushed, True, existing, policy)
