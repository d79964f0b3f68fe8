"""The pure core of tagwarden, as a library.

    >>> from tagwarden.policy import parse_tag_name
    >>> parse_tag_name("churn@v1.2.0").version.minor
    2

- `parse_tag_name` parses a tag's name and returns a `TagName` (whose `format()`
  returns the name again), a `NearMiss`, or None.
- `parse_version` parses a `Version`.
- `parse_tag_object` parses the raw bytes of a `TagObject`.
- `read_event` turns a `Tag` into an `Event`; a `ModelHistory` is made of events.
- `load_policy` loads a policy file; `built_in_policy` returns the policy that
  applies without one.
- `judge_push` judges a set of `ModelPush`es and returns a `Verdict` with its
  `Finding`s.

The names in `__all__` are the public API; nothing else in this package is.
Each is imported on first use, because every import makes a hook slower.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import CannotJudge
    from .file.load import PolicyMistakes, load_policy
    from .file.policy import Policy
    from .grammar.near_miss import NearMiss
    from .grammar.tag_name import TagName, parse_tag_name
    from .grammar.versions import Version, parse_version
    from .judging.judge import judge_push
    from .objects.tag_object import Tagger, TagObject, parse_tag_object
    from .push import Circumstances, ModelPush, Signature, Tag, TagPush, Target
    from .registry.event import Event, read_event
    from .registry.history import ModelHistory
    from .settings import Settings
    from .verdict import Finding, Verdict

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

# The module of each name.
_HOMES = {
    "CannotJudge": "errors",
    "Circumstances": "push",
    "Event": "registry.event",
    "Finding": "verdict",
    "ModelHistory": "registry.history",
    "ModelPush": "push",
    "NearMiss": "grammar.near_miss",
    "Policy": "file.policy",
    "PolicyMistakes": "file.load",
    "Settings": "settings",
    "Signature": "push",
    "Tag": "push",
    "TagName": "grammar.tag_name",
    "TagObject": "objects.tag_object",
    "TagPush": "push",
    "Tagger": "objects.tag_object",
    "Target": "push",
    "Verdict": "verdict",
    "Version": "grammar.versions",
    "built_in_policy": "file.policy",
    "judge_push": "judging.judge",
    "load_policy": "file.load",
    "parse_tag_name": "grammar.tag_name",
    "parse_tag_object": "objects.tag_object",
    "parse_version": "grammar.versions",
    "read_event": "registry.event",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            return getattr(__import__(_HOMES[name], globals(), fromlist=(name,), level=1), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
