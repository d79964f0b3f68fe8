"""The pure core of tagwarden, as a library.

    >>> from tagwarden.policy import parse_tag_name
    >>> parse_tag_name("churn@v1.2.0").version.minor
    2

Names: `parse_tag_name` reads a tag's name into a `TagName` (`.format()` writes
it back), a `NearMiss`, or None. `parse_version` reads a `Version`.
`parse_tag_object` reads a `TagObject` from raw bytes. `read_event` makes an
`Event` of a `Tag`, and a `ModelHistory` adds events up. `load_policy` reads a
policy file, `built_in_policy` is what judges without one. `judge_push` judges
a set of `ModelPush`es and gives a `Verdict` with its `Finding`s.

These names, and nothing below them, are what a program may rely on. They are
imported when they are first asked for, for the sake of the hooks, which live
in a hurry.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import CannotJudge
    from .history import Event, ModelHistory, read_event
    from .judge import judge_push
    from .near_miss import NearMiss
    from .policy import Policy, Settings
    from .policy_file import PolicyMistakes, built_in_policy, load_policy
    from .push import Circumstances, ModelPush, Signature, Tag, TagPush, Target
    from .tag_name import TagName, parse_tag_name
    from .tag_object import Tagger, TagObject, parse_tag_object
    from .verdict import Finding, Verdict
    from .versions import Version, parse_version

__all__ = [
    "CannotJudge",
    "Circumstances",
    "Event",
    "Finding",
    "ModelHistory",
    "ModelPush",
    "NearMiss",
    "Policy",
    "PolicyMistakes",
    "Settings",
    "Signature",
    "Tag",
    "TagName",
    "TagObject",
    "TagPush",
    "Tagger",
    "Target",
    "Verdict",
    "Version",
    "built_in_policy",
    "judge_push",
    "load_policy",
    "parse_tag_name",
    "parse_tag_object",
    "parse_version",
    "read_event",
]

_HOMES = (
    "errors",
    "verdict",
    "versions",
    "tag_name",
    "near_miss",
    "tag_object",
    "push",
    "history",
    "policy",
    "policy_file",
    "judge",
)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in __all__:
            for home in _HOMES:
                module = __import__(home, globals(), fromlist=(name,), level=1)
                if name in vars(module):
                    return getattr(module, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
