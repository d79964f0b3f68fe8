"""Stricter settings that a registry may satisfy as it stands."""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..record import Record
from .load import load_policy
from .toml_text import toml_assignment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..grammar.tag_name import TagName
    from .policy import Policy


class Suggestion(Record):
    """A key with a value that is not its default, and the rule that it turns on or changes."""

    key: str
    value: object
    rule: str

    @property
    def toml(self) -> str:
        return toml_assignment(self.key, self.value)

    def policy(self) -> Policy:
        """The policy that sets this alone."""
        return load_policy(self.toml.encode("utf-8"))


def candidates(names: Iterable[TagName], branch: str | None) -> list[Suggestion]:
    """What is worth trying on tags of these names; `branch` is the default branch, where there is one."""
    models: dict[str, None] = {}
    stages: dict[str, None] = {}
    for name in names:
        models[gto_spelling(name.model)] = None
        if name.stage is not None:
            stages[name.stage] = None
    if not models:
        return []
    found = [
        Suggestion("models.names", sorted(models), "model-known"),
        Suggestion("versions.prerelease", False, "version-form"),
        Suggestion("rules.version-step", "error", "version-step"),
    ]
    if stages:
        found.append(Suggestion("stages.names", sorted(stages), "stage-known"))
    if branch is not None:
        found.append(Suggestion("target.branches", [branch], "target-branch"))
    return found
