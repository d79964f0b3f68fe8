"""The rules: one file each, named here in the order in which they are reported.

A rule's file holds its docstring (what it refuses and why, and how to put it
right), `OPTIONS` (the policy keys that it reads, the governing one first),
`check`, and `EXAMPLES` of accepted and refused pushes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from ..case import Case
    from ..policy import Level
    from ..push import WholePush
    from ..tag_name import Kind
    from ..verdict import Breach
    from .example import Example

    class Rule(Protocol):
        """What the module of a rule about one model's tags holds."""

        OPTIONS: tuple[str, ...]
        EXAMPLES: tuple[Example, ...]

        def check(self, case: Case) -> Iterator[Breach]:
            """Yield what is wrong with the case."""

    class PushRule(Protocol):
        """What the module of a rule about the push as a whole holds."""

        OPTIONS: tuple[str, ...]
        EXAMPLES: tuple[Example, ...]

        def check(self, push: WholePush) -> Iterator[Breach]:
            """Yield what is wrong with the push."""


# Each rule's severity under the built-in policy.
RULES: dict[str, Level] = {
    "tag-name": "error",
    "tag-name-in-object": "error",
    "annotated": "error",
    "tag-object": "error",
    "target-commit": "error",
    "target-annotations": "error",
    "target-branch": "off",
    "target-files": "off",
    "model-known": "off",
    "model-case": "error",
    "version-order": "error",
    "version-once": "error",
    "version-per-commit": "error",
    "version-form": "error",
    "version-step": "off",
    "state-exists": "error",
    "stage-known": "error",
    "stage-path": "off",
    "stage-permanent": "off",
    "event-time": "error",
    "counter": "off",
    "message": "error",
    "tag-immutable": "error",
    "tag-permanent": "error",
    "who": "off",
    "tagger-is-pusher": "off",
    "signed": "off",
    "replace-refs": "error",
    "policy-file": "error",
    "push-size": "warning",
}

# Those that look at the push as a whole.
PUSH_RULES = ("replace-refs", "policy-file", "push-size")

# The kinds of event that a rule may speak of.
KINDS: tuple[Kind, ...] = ("register", "deregister", "assign", "unassign", "deprecate")
ALL_KINDS = frozenset(KINDS)
IN_USE = frozenset(("register", "assign"))

# The traits (`traits.py`) of which a share of a push must have one for a rule
# to have anything to say; those that are not named may speak of any event.
CONCERNS: dict[str, frozenset[str]] = {
    "tag-name": frozenset(("near-miss", "obstacle")),
    "tag-name-in-object": frozenset(("other-name",)),
    "annotated": frozenset(("lightweight",)),
    "tag-object": frozenset(("defect",)),
    "target-commit": frozenset(("lightweight", "odd-target")),
    "target-annotations": frozenset(("annotations",)),
    "target-branch": IN_USE,
    "target-files": IN_USE,
    "model-case": frozenset(("case-twin",)),
    "version-order": frozenset(("register",)),
    "version-once": frozenset(("register",)),
    "version-per-commit": frozenset(("crowded-commit",)),
    "version-form": frozenset(("suffix",)),
    "version-step": frozenset(("register",)),
    "state-exists": frozenset(("deregister", "assign", "unassign", "crowded-commit")),
    "stage-known": frozenset(("assign",)),
    "stage-path": frozenset(("assign",)),
    "stage-permanent": frozenset(("deregister",)),
    "tag-immutable": frozenset(("move",)),
    "tag-permanent": frozenset(("delete",)),
    "who": ALL_KINDS | {"delete"},
}


def module_name(rule: str) -> str:
    """`version-order` lives in `version_order`."""
    return rule.replace("-", "_")


def load_rule(rule: str) -> Rule:
    """The module of a rule about one model's tags."""
    module: Rule = __import__(module_name(rule), globals(), fromlist=("check",), level=1)
    return module


def load_push_rule(rule: str) -> PushRule:
    """The module of a rule about the push as a whole."""
    module: PushRule = __import__(module_name(rule), globals(), fromlist=("check",), level=1)
    return module
