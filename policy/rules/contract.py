"""What the module of a rule must contain. Its examples are run as tests and shown in the documentation."""

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
        """The module of a rule about one model's tags."""

        OPTIONS: tuple[str, ...]
        WHY: str
        EXAMPLES: tuple[Example, ...]

        def check(self, facts: ModelFacts) -> Iterator[Breach]:
            """Yield what is wrong with one model's part of a push."""

    class PushRule(Protocol):
        """The module of a rule about the push as a whole."""

        OPTIONS: tuple[str, ...]
        WHY: str
        EXAMPLES: tuple[Example, ...]

        def check(self, push: WholePush) -> Iterator[Breach]:
            """Yield what is wrong with the push as a whole."""


class Example(Record):
    """A push, and whether the rule refuses it.

    `pushed` and `existing` are the pushed tags and those that the server already
    has, in the notation that docs/rules.md explains (its text is in
    `docs/generate.py`). `policy` is TOML. The pusher is `ada`.
    """

    title: str
    pushed: tuple[str, ...]
    refused: bool
    existing: tuple[str, ...] = ()
    policy: str = ""


def accepted(title: str, *pushed: str, existing: tuple[str, ...] = (), policy: str = "") -> Example:
    """A push that the rule accepts."""
    return Example(title, pushed, False, existing, policy)


def refused(title: str, *pushed: str, existing: tuple[str, ...] = (), policy: str = "") -> Example:
    """A push that the rule refuses, or warns of."""
    return Example(title, pushed, True, existing, policy)
