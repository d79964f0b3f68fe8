"""Registries to which random plans are pushed: the judge alone, on tags without a repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from tagwarden.policy.file.policy import built_in_policy
from tagwarden.policy.grammar.names import gto_spelling, tag_spelling
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.judging.judge import Judge
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Circumstances, ModelPush, Tag, TagPush, Target
from tagwarden.policy.registry.event import read_event
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.policy.verdict import Verdict

from . import raw_tag
from .gto_reading import Reading, reading_of
from .meaning import Meaning, Step
from .plans import Wish, fulfil

BEGINNING = 1_700_000_000
COMMITS = 40

Plan = Sequence[Sequence[Wish]]
Place = Literal["server", "client", "history"]


class Registry:
    """The destination of pushes. `push` returns whether they were accepted."""

    repository: Path
    commits: list[str]

    def push(self, steps: Sequence[Step]) -> bool:
        raise NotImplementedError

    def ours(self) -> Reading:
        raise NotImplementedError


class InMemory(Registry):
    """The judge alone, on tags without a repository."""

    def __init__(self) -> None:
        self.repository = Path("in memory")
        self.commits = [f"{number:040x}" for number in range(1, COMMITS + 1)]
        self.tags: dict[str, Tag] = {}
        self.policy = built_in_policy()

    def push(self, steps: Sequence[Step]) -> bool:
        new = made(steps)
        accepted = self.judge(steps, new, list(self.tags.values())).accepted
        if accepted:
            self.tags.update(new)
        return accepted

    def judge(
        self, steps: Sequence[Step], new: Mapping[str, Tag], before: Sequence[Tag], *, place: Place = "server"
    ) -> Verdict:
        """The verdict at `place` on `steps`, whose tags are `new`, given the existing tags `before`."""
        judge = Judge(self.policy, Circumstances(now=BEGINNING + 10_000_000, place=place))
        stands = {tag.name: tag for tag in before}
        for model in {step.model for step in steps}:
            pushed = [
                TagPush(f"refs/tags/{step.tag}", parse_tag_name(step.tag), stands.get(step.tag), new[step.tag])
                for step in steps
                if step.model == model
            ]
            existing = [tag for tag in before if name_of(tag).model == tag_spelling(model)]
            targets = {commit: Target(commit, "commit", {}) for commit in self.commits}
            judge.judge_model(ModelPush(tag_spelling(model), pushed, existing, targets, {}))
        return judge.verdict(source="built-in", policy_id=None)

    def ours(self) -> Reading:
        histories: dict[str, ModelHistory] = {}
        for tag in self.tags.values():
            event = read_event(tag, name_of(tag))
            assert event is not None
            histories.setdefault(event.name.model, ModelHistory()).add(event)
        return {gto_spelling(model): reading_of(history) for model, history in histories.items()}


def made(steps: Sequence[Step]) -> dict[str, Tag]:
    """The tags of `steps` by name."""
    return {
        step.tag: Tag(step.tag, f"{step.tag} at {step.time}", "tag", parse_tag_object(tag_bytes(step)))
        for step in steps
    }


def name_of(tag: Tag) -> TagName:
    name = parse_tag_name(tag.name)
    assert isinstance(name, TagName)
    return name


def tag_bytes(step: Step) -> bytes:
    return raw_tag(object=step.commit, tag=step.tag, tagger=f"Ada <ada@example.com> {step.time} +0000")


def play(plan: Plan, registry: Registry, after: Callable[[Registry, Meaning, list[Step]], None]) -> None:
    """Push the plan; call `after` for every accepted push."""
    meaning = Meaning()
    clock = BEGINNING
    for push in plan:
        wished = fulfil(push, meaning, registry.commits, clock)
        # A tag that already exists exactly like this is not pushed again.
        steps = [step for step in wished if step != meaning.steps.get(step.tag)]
        if steps and registry.push(steps):
            clock = max(clock, *(step.time for step in steps))
            meaning.take(steps)
            after(registry, meaning, steps)
