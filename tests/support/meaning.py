"""What a sequence of accepted pushes means to the people who push: the simplest model.

Unlike GTO and this project, it knows the order of the pushes. It uses tagger
times only for the order within one push.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import semver

from tagwarden.policy.registry.replay import ORDER_WITHIN_A_SECOND

from .gto_reading import CheckedRef, Model, Reading

if TYPE_CHECKING:
    from tagwarden.policy.grammar.tag_name import Kind

EVENTS: dict[Kind, str] = {
    "register": "registration",
    "deregister": "deregistration",
    "assign": "assignment",
    "unassign": "unassignment",
    "deprecate": "deprecation",
}


class Step(NamedTuple):
    """A model tag by its intention: the kind of event, the version, the commit and the second."""

    model: str
    kind: Kind
    commit: str
    time: int
    version: str | None = None
    stage: str | None = None
    counter: str | None = None

    @property
    def tag(self) -> str:
        model = self.model.replace(":", "=")
        middle = f"@{self.version}" if self.version else f"#{self.stage}"
        if self.kind == "deprecate":
            middle = "@deprecated"
        end = "!" if self.kind in ("deregister", "unassign") else ""
        return f"{model}{middle}{end}" + (f"#{self.counter}" if self.counter else "")


def turn(step: Step) -> tuple[int, int]:
    """The sort key of a tag within one push."""
    return step.time, ORDER_WITHIN_A_SECOND[step.kind]


class Meaning:
    """The registry after the pushes so far."""

    def __init__(self) -> None:
        self.versions: dict[str, dict[str, str]] = {}
        self.ever: dict[str, dict[str, str]] = {}
        self.held: dict[str, dict[str, list[str]]] = {}
        self.deprecated: dict[str, bool] = {}
        self.steps: dict[str, Step] = {}

    def copy(self) -> Meaning:
        other = Meaning()
        for step in self.steps.values():
            other.take([step])
        return other

    def take(self, push: Iterable[Step]) -> None:
        """Apply an accepted push."""
        for step in sorted(push, key=lambda step: (step.kind != "register", *turn(step))):
            self.steps[step.tag] = step
            self._take(step)
        for step in sorted(push, key=turn):
            self.deprecated[step.model] = step.kind == "deprecate"

    def _take(self, step: Step) -> None:
        versions = self.versions.setdefault(step.model, {})
        held = self.held.setdefault(step.model, {})
        if step.kind == "register":
            versions[step.version or ""] = step.commit
            self.ever.setdefault(step.model, {})[step.version or ""] = step.commit
        elif step.kind == "deregister":
            versions.pop(step.version or "", None)
        elif step.stage:
            holders = held.setdefault(step.stage, [])
            version = self.version_at(step.model, step.commit)
            if version in holders:
                holders.remove(version)
            if step.kind == "assign":
                holders.insert(0, version)

    def version_at(self, model: str, commit: str) -> str:
        found = [version for version, at in self.ever.get(model, {}).items() if at == commit]
        return found[-1] if found else commit

    def holders(self, model: str) -> dict[str, list[str]]:
        active = self.versions.get(model, {})
        held = {stage: [v for v in holders if v in active] for stage, holders in self.held.get(model, {}).items()}
        return {stage: holders for stage, holders in held.items() if holders}

    def latest(self, model: str) -> str | None:
        return max(self.versions.get(model, {}), key=lambda v: semver.Version.parse(v[1:]), default=None)

    def reading(self) -> Reading:
        """The registry in the form of GTO's answers."""
        return {
            model: Model(self.deprecated[model], self.latest(model), frozenset(versions.items()), self.holders(model))
            for model, versions in self.versions.items()
        }

    def checked_ref(self, step: Step) -> CheckedRef:
        """What `gto check-ref` must say about an accepted tag."""
        version = step.version or (self.version_at(step.model, step.commit) if step.stage else None)
        return CheckedRef(EVENTS[step.kind], step.model, version, step.stage)
