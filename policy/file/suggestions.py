"""Suggests policy settings that fit the existing tags of a registry."""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..record import Record
from ..wording import counted
from .load import load_policy
from .toml_text import toml_assignment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..grammar.foreign_tags import Foreign
    from ..grammar.tag_name import TagName
    from .policy import Policy


# From the strictest to the most lenient.
ORDERS = ("latest", "major", "minor", "any")


class Suggestion(Record):
    """A key with a value other than its default, and the rule that it turns on or changes.

    `because` says, as the text of a comment, on what facts the suggestion is based.
    """

    key: str
    value: object
    rule: str
    because: str

    @property
    def toml(self) -> str:
        return f"{toml_assignment(self.key, self.value)}  # {self.because}"

    def policy(self) -> Policy:
        """A policy that sets only this key."""
        return load_policy(self.toml.encode("utf-8"))


def candidate_suggestions(names: Iterable[TagName], branch: str | None) -> list[Suggestion]:
    """The suggestions that are worth trying on tags of these names; `branch` is the default branch, if there is one."""
    models: dict[str, None] = {}
    stages: dict[str, None] = {}
    versions = assignments = 0
    for name in names:
        models[gto_spelling(name.model)] = None
        versions += name.kind == "register"
        if name.stage is not None:
            stages[name.stage] = None
            assignments += 1
    if not models:
        return []
    all_versions = f"true of {counted(versions, 'version')}"
    found = [
        Suggestion("models.names", sorted(models), "model-known", f"{counted(len(models), 'existing model')}"),
        Suggestion("versions.prerelease", False, "version-form", all_versions),
        Suggestion("rules.version-step", "error", "version-step", all_versions),
    ]
    if stages:
        because = f"used by {counted(assignments, 'tag')}"
        found.append(Suggestion("stages.names", sorted(stages), "stage-known", because))
    if branch is not None:
        found.append(Suggestion("target.branches", [branch], "target-branch", all_versions))
    return found


def version_order_suggestions() -> list[Suggestion]:
    """Each value of `versions.order`, the strictest first, which is the default."""
    because = "some versions were registered below the latest of all"
    return [Suggestion("versions.order", order, "version-order", because) for order in ORDERS]


def ignore_suggestions(foreign: Iterable[Foreign]) -> list[Suggestion]:
    """`scope.ignore` for the tags of other tools; an empty list if there are none."""
    found = list(foreign)
    if not found:
        return []
    tags = sum(one.tags for one in found)
    because = f"{counted(tags, 'tag')} of other tools, such as {found[0].example}"
    return [Suggestion("scope.ignore", [one.glob for one in found], "tag-name", because)]
