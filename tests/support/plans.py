"""Strategies of hypothesis for long random sequences of pushes, sensible and wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import semver
from hypothesis import strategies as st

from .meaning import Meaning, Step

if TYPE_CHECKING:
    from tagwarden.policy.grammar.tag_name import Kind

MODELS = ("churn", "cv:seg", "a/b")
STAGES = ("prod", "us-east-1", "dev")
POOL = ("v0.0.1", "v0.1.0", "v1.0.0-rc.1", "v1.0.0", "v1.0.1", "v2.0.0", "v10.0.0")


class Wish(NamedTuple):
    """What somebody wants to push, without regard to the registry at that time.

    A `sensible` wish is adapted to the registry, except for its time; another one
    gets any version, commit and stage.
    """

    model: str
    kind: Kind
    sensible: bool
    pick: int
    stage: str
    seconds: int
    counter: str | None


def wishes() -> st.SearchStrategy[Wish]:
    return st.builds(
        Wish,
        model=st.sampled_from(MODELS),
        kind=st.sampled_from(("register", "register", "assign", "assign", "unassign", "deregister", "deprecate")),
        sensible=st.sampled_from((True, True, True, False)),
        pick=st.integers(0, 11),
        stage=st.sampled_from(STAGES),
        seconds=st.sampled_from((1, 1, 1, 0, 2, 60, -1, -3)),
        counter=st.sampled_from((None, None, "1", "2", "07")),
    )


def plans(*, pushes: int) -> st.SearchStrategy[list[list[Wish]]]:
    """Sequences of between half of `pushes` and all of them, most with one tag, some with several."""
    push = st.one_of(*[st.lists(wishes(), min_size=1, max_size=size) for size in (1, 1, 2, 5)])
    return st.lists(push, min_size=pushes // 2, max_size=pushes)


def fulfil(push: Sequence[Wish], meaning: Meaning, commits: Sequence[str], clock: int) -> list[Step]:
    """The tags of one push, dated after the second `clock`, with distinct names."""
    planned = meaning.copy()
    steps: dict[str, Step] = {}
    for wish in push:
        clock += wish.seconds
        step = _step(wish, planned, commits, clock)
        while step.tag in planned.steps and wish.sensible:
            step = step._replace(counter=str(int(step.counter or 0) + 1))
        steps[step.tag] = step
        planned.take([step])
    return list(steps.values())


def _step(wish: Wish, meaning: Meaning, commits: Sequence[str], clock: int) -> Step:
    step = Step(wish.model, wish.kind, commits[wish.pick % 4], clock, stage=None, counter=wish.counter)
    active = sorted(meaning.versions.get(wish.model, {}).items())
    held = [(stage, v) for stage, holders in sorted(meaning.holders(wish.model).items()) for v in holders]
    if wish.kind == "deprecate":
        return step
    if wish.kind == "register" and wish.sensible:
        used = set(meaning.ever.get(wish.model, {}).values())
        free = next((commit for commit in commits if commit not in used), commits[0])
        return step._replace(version=_next(wish, meaning), commit=free)
    if wish.kind == "unassign" and wish.sensible and held:
        stage, version = held[wish.pick % len(held)]
        return step._replace(stage=stage, commit=dict(active)[version])
    version, commit = POOL[wish.pick % len(POOL)], step.commit
    if wish.sensible and active:
        version, commit = active[wish.pick % len(active)]
    if wish.kind in ("register", "deregister"):
        return step._replace(version=version, commit=commit)
    return step._replace(stage=wish.stage, commit=commit)


def _next(wish: Wish, meaning: Meaning) -> str:
    ever = meaning.ever.get(wish.model)
    if not ever:
        return POOL[wish.pick % 4]
    highest = max(semver.Version.parse(version[1:]) for version in ever)
    part = ("patch", "minor", "major", "prerelease")[wish.pick % 4]
    return f"v{highest.next_version(part)}"
