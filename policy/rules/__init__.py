"""The table of rules: everything about a rule except its check, its texts and its examples.

Those are in the rule's own file: its docstring (what it refuses, why, and how to
fix it), `OPTIONS` (the policy keys that it reads, the governing one first),
`WHY`, `check`, and `EXAMPLES` of accepted and refused pushes.
"""

from __future__ import annotations

from ..grammar.tag_name import ALL_KINDS
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..verdict import Level
    from .contract import PushRule, Rule


IN_USE = frozenset(("register", "assign"))


class RuleRow(Record):
    """The properties of a rule. `tests/policy/test_table_of_rules.py` checks every column against its examples.

    - `severity`: its severity under the built-in policy.
    - `looks_at`: features (`features.py`); it can find something only in a push
      that has one of them.
    - `scope`: whether it judges one model's part of a push or the push as a whole.
    - `needs_option`: policy keys; without one of them it finds nothing.
    - `raised_by`: an array or table of the policy that makes it an error as soon
      as it has an entry.
    - `needs_remote`: it depends on tags that only the remote may have.
    - `needs_pusher`: it depends on who pushes.
    - `breakable`: an emergency may break it, because its breach leaves the
      registry readable.
    - `depends_on_push`: another tag of the push can make a tag valid, so that the
      rule is also run without the others (`landing.py`).
    - `always`: no policy changes its severity.
    - `in_any_mode`: it also refuses in mode "evaluate".
    - `in_history`: its highest severity in an audit, where pushes are not known.
    """

    severity: Level
    looks_at: frozenset[str] = ALL_KINDS
    scope: Literal["model", "push"] = "model"
    needs_option: tuple[str, ...] = ()
    raised_by: str | None = None
    needs_remote: bool = False
    needs_pusher: bool = False
    breakable: bool = False
    depends_on_push: bool = False
    always: bool = False
    in_any_mode: bool = False
    in_history: Level = "error"


# In the order in which findings on one tag are reported.
RULES: dict[str, RuleRow] = {
    "tag-name": RuleRow("error", frozenset(("near-miss", "obstacle", "long-name"))),
    "tag-name-in-object": RuleRow("error", frozenset(("other-name",))),
    "annotated": RuleRow("error", frozenset(("lightweight",))),
    "tag-object": RuleRow("error", frozenset(("defect",))),
    "target-commit": RuleRow("error", frozenset(("lightweight", "odd-target"))),
    "target-tree": RuleRow("error", frozenset(("odd-tree",))),
    "target-annotations": RuleRow("error", frozenset(("annotations",))),
    "target-branch": RuleRow("off", frozenset(("register",)), needs_option=("target.branches",), breakable=True),
    "target-version": RuleRow(
        "off",
        frozenset(("register",)),
        needs_option=("target.version-file",),
        raised_by="target.version-file",
        breakable=True,
    ),
    "target-files": RuleRow("off", IN_USE, needs_option=("target.files",), breakable=True),
    "model-known": RuleRow("off", needs_option=("models.names", "models.declared-in"), breakable=True),
    "model-case": RuleRow("error", frozenset(("case-twin",)), needs_remote=True, breakable=True),
    "near-name": RuleRow("warning", frozenset(("near-model", "new-stage")), needs_remote=True, breakable=True),
    "version-order": RuleRow(
        "error", frozenset(("register",)), needs_remote=True, breakable=True, depends_on_push=True, in_history="warning"
    ),
    "version-once": RuleRow("error", frozenset(("register",)), needs_remote=True),
    "version-per-commit": RuleRow("error", frozenset(("crowded-commit",)), needs_remote=True),
    "version-form": RuleRow("error", frozenset(("suffix",)), breakable=True),
    "version-step": RuleRow("off", frozenset(("register",)), needs_remote=True, breakable=True, depends_on_push=True),
    "state-exists": RuleRow(
        "error",
        frozenset(("deregister", "assign", "unassign", "crowded-commit")),
        needs_remote=True,
        depends_on_push=True,
    ),
    "stage-known": RuleRow("error", frozenset(("assign",)), breakable=True),
    "stage-path": RuleRow(
        "off",
        frozenset(("assign",)),
        needs_option=("stages.path",),
        needs_remote=True,
        breakable=True,
        depends_on_push=True,
    ),
    "stage-permanent": RuleRow(
        "off",
        frozenset(("deregister", "delete", "move")),
        needs_option=("stages.once-assigned-permanent",),
        needs_remote=True,
        breakable=True,
        depends_on_push=True,
    ),
    "event-time": RuleRow("error", needs_remote=True, depends_on_push=True),
    "counter": RuleRow("off", needs_remote=True, breakable=True),
    "message": RuleRow("error", raised_by="message.trailers", breakable=True),
    "tag-immutable": RuleRow("error", frozenset(("move",)), breakable=True),
    "tag-permanent": RuleRow("error", frozenset(("delete",)), breakable=True),
    "artifact": RuleRow(
        "off", IN_USE, needs_option=("artifact.required",), needs_remote=True, breakable=True, depends_on_push=True
    ),
    "who": RuleRow(
        "off",
        ALL_KINDS | {"delete"},
        needs_option=("people.allow",),
        raised_by="people.allow",
        needs_pusher=True,
        breakable=True,
    ),
    "tagger-is-pusher": RuleRow("off", needs_pusher=True, breakable=True),
    "signed": RuleRow(
        "off",
        ALL_KINDS | {"delete"},
        needs_option=("signing.require",),
        raised_by="signing.require",
        needs_remote=True,
        breakable=True,
    ),
    "approved": RuleRow(
        "off",
        ALL_KINDS | {"delete"},
        needs_option=("approvals.require",),
        raised_by="approvals.require",
        needs_remote=True,
        breakable=True,
    ),
    "approval-refs": RuleRow("error", frozenset(("approval-ref",)), scope="push", always=True, in_any_mode=True),
    "replace-refs": RuleRow("error", frozenset(("replacement",)), scope="push"),
    "policy-file": RuleRow("error", frozenset(("policy-problem",)), scope="push", always=True),
    "push-size": RuleRow("warning", frozenset(("from-client",)), scope="push"),
}

DEFAULT_LEVELS: dict[str, Level] = {rule: row.severity for rule, row in RULES.items()}


def rules_where(column: str) -> tuple[str, ...]:
    """The rules whose value in `column` is true or not empty, in the table's order."""
    return tuple(rule for rule, row in RULES.items() if getattr(row, column))


def module_name(rule: str) -> str:
    """The module of a rule: `version-order` is in `version_order`."""
    return rule.replace("-", "_")


def load_rule(rule: str) -> Rule:
    """The module of a rule about one model's tags."""
    module: Rule = __import__(module_name(rule), globals(), fromlist=("check",), level=1)
    return module


def load_push_rule(rule: str) -> PushRule:
    """The module of a rule about the push as a whole."""
    module: PushRule = __import__(module_name(rule), globals(), fromlist=("check",), level=1)
    return module
