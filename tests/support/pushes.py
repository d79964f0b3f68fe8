"""A push in a table: the server that it is for, its lines, and what must land of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .attack_scene import Line, Scene, creates, git_moves_refs_at_once
from .raw_push import RawPushResult

# v1.1.0 is the latest version; v1.0.0 is in prod.
REGISTRY = (creates("m@v1.0.0", "c1"), creates("m@v1.1.0", "c2"), creates("m#prod#1", "c1"))
NONE: frozenset[str] = frozenset()


class Push(NamedTuple):
    """One push, and its preparation.

    Beforehand, the `existing` tags exist, the server has the `policy` and the
    settings `config`, and `prepare` does anything else; `meanwhile` happens between
    the server's advertisement and the commands. `lands` has the refs that the push
    must change: with the pre-receive hook, with the update hook (None: the same),
    with the update hook of a Git that moves all refs at the end (None: the same),
    and with the pre-receive hook if a per-ref hook runs after it (None: the same).
    `beside` are the refs that `meanwhile` changes without a push. `without` says what
    may land with the update hook after the other hook has refused a ref, if that is
    more than the rest of what lands with it.
    """

    name: str
    lines: tuple[Line, ...]
    lands: frozenset[str] = NONE
    lands_by_update: frozenset[str] | None = None
    lands_at_once: frozenset[str] | None = None
    lands_with_another_hook: frozenset[str] | None = None
    existing: tuple[Line, ...] = REGISTRY
    policy: str = ""
    config: tuple[tuple[str, str], ...] = ()
    prepare: Callable[[Scene], object] | None = None
    meanwhile: Callable[[Scene], object] | None = None
    capabilities: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    shallow: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    beside: frozenset[str] = NONE
    without: Mapping[str, frozenset[str]] = {}

    def must_land(self, hook: str, *, another_hook: bool = False) -> frozenset[str]:
        """The refs that must change if `hook` judges."""
        by_update = self.lands if self.lands_by_update is None else self.lands_by_update
        if hook == "update":
            return self.lands_at_once if self.lands_at_once is not None and git_moves_refs_at_once() else by_update
        special = self.lands_with_another_hook if another_hook else None
        return self.lands if special is None else special

    def must_land_without(self, dropped: Line, hook: str) -> frozenset[str]:
        """The refs that must change if `hook` judges and the other hook refuses the line `dropped`."""
        rest = (self.must_land(hook, another_hook=True) - {dropped.name}) | self.beside
        return self.without.get(dropped.name, rest) if hook == "update" else rest

    def set_up(self, scene: Scene) -> None:
        """Prepare the server for the push."""
        scene.stand(self.existing)
        scene.configure(self.config)
        if self.policy:
            scene.govern(self.policy)
        if self.prepare is not None:
            self.prepare(scene)

    def send(self, scene: Scene, lines: Sequence[Line] | None = None) -> RawPushResult:
        """Push to the prepared scene."""
        meanwhile = self.meanwhile
        return scene.push(
            self.lines if lines is None else lines,
            capabilities=self.capabilities,
            options=self.options,
            shallow=self.shallow,
            env=dict(self.env),
            between=None if meanwhile is None else lambda _: meanwhile(scene),
        )


def landing(*refs: str) -> frozenset[str]:
    """These refs, for `Push.lands`."""
    return frozenset(refs)
