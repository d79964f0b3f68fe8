"""A tag that was accepted once is accepted at any later time, if it is judged against what stood before it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from support.meaning import Meaning, Step
from support.plans import plans
from support.random_registry import InMemory, Plan, Registry, name_of, play
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.registry.before import stood_before
from tagwarden.policy.registry.event import Event, read_event
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.policy.registry.since import since_then
from tagwarden.policy.verdict import Verdict


def event(line: str) -> Event:
    """`TAG COMMIT SECOND`."""
    tag, commit, second = line.split()
    name = parse_tag_name(tag)
    assert isinstance(name, TagName)
    return Event(tag, name, commit, int(second))


@pytest.mark.parametrize(
    ("judged", "others", "before"),
    [
        ("m@v1.0.0 c1 5", ["m@v1.1.0 c2 6", "m@v0.1.0 c0 4"], ["m@v0.1.0"]),
        ("m@v0.9.0 c1 5", ["m@v0.10.0 c2 5"], []),
        ("m@v0.10.0 c2 5", ["m@v0.9.0 c1 5"], ["m@v0.9.0"]),
        ("m#prod c1 5", ["m@v1.0.0 c1 5"], ["m@v1.0.0"]),
        ("m#prod c1 5", ["m@v1.0.0 c1 9"], ["m@v1.0.0"]),
        ("m#prod c1 5", ["m@v1.0.0 c1 4", "m@v1.1.0 c1 9"], ["m@v1.0.0"]),
        ("m#prod c1 5", ["m@v1.0.0 c1 1", "m#dev c1 5", "m#prod#2 c2 5"], ["m@v1.0.0", "m#dev"]),
        ("m#prod c1 5", ["m@v1.0.0 c1 1", "m#prod! c2 5", "m@v1.0.0! c1 5"], ["m@v1.0.0", "m#prod!"]),
        ("m#prod! c1 5", ["m@v1.0.0 c1 1", "m#prod c1 4", "m@v1.0.0! c1 6"], ["m@v1.0.0", "m#prod"]),
        ("m@deprecated c1 5", ["m@v1.0.0 c1 1", "m#prod c1 6"], ["m@v1.0.0"]),
    ],
)
def test_what_stood_before_is_what_an_audit_replays_first(judged: str, others: list[str], before: list[str]) -> None:
    assert [one.tag for one in stood_before(event(judged), [event(line) for line in others])] == before


def accepted_later_too(plan: Plan) -> None:
    registry = InMemory()
    pushes: list[list[Step]] = []

    def take(_: Registry, __: Meaning, pushed: list[Step]) -> None:
        pushes.append(pushed)

    play(plan, registry, take)
    events = {tag: read_event(found, name_of(found)) for tag, found in registry.tags.items()}
    for number, push in enumerate(pushes):
        for step in push:
            own = events[step.tag]
            assert own is not None
            others = [one for one in events.values() if one and one.name.model == own.name.model and one != own]
            standing = [registry.tags[one.tag] for one in stood_before(own, others)]
            verdict = registry.judge([step], {step.tag: registry.tags[step.tag]}, standing)
            assert verdict.accepted or is_misdated(step, pushes[number:], verdict), (step, verdict.findings)


def is_misdated(step: Step, from_its_push_on: list[list[Step]], verdict: Verdict) -> bool:
    """Whether it is below a version that is dated earlier, but did not come before it: only the server can know."""
    later = {one.tag for push in from_its_push_on for one in push if one.time <= step.time and one != step}
    named = {finding.message.split(" is not above ")[1].split(",")[0] for finding in verdict.findings}
    return {finding.rule for finding in verdict.findings} == {"version-order"} and any(
        f"@{version}" in tag for version in named for tag in later
    )


@given(plan=plans(pushes=24))
@settings(max_examples=40)
def test_what_was_accepted_is_accepted_later_by_what_stood_before_it(plan: Plan) -> None:
    accepted_later_too(plan)


@pytest.mark.thorough
@given(plan=plans(pushes=60))
@settings(max_examples=3000)
def test_what_was_accepted_is_accepted_later_by_what_stood_before_it_at_length(plan: Plan) -> None:
    accepted_later_too(plan)


@pytest.mark.parametrize(
    ("about", "since", "said"),
    [
        ("m@v1.0.0 c1 1", [], []),
        ("m@v1.0.0 c1 1", ["m@v1.0.0! c1 2"], ["superseded: v1.0.0 of 'm' was deregistered since by 'm@v1.0.0!'"]),
        ("m@v1.0.0 c1 1", ["m@v1.1.0 c2 2"], ["superseded: the latest version of 'm' is v1.1.0 now ('m@v1.1.0')"]),
        ("m#prod c1 5", ["m@v1.0.0 c1 1"], []),
        (
            "m#prod c1 5",
            ["m@v1.0.0 c1 1", "m@v1.1.0 c2 2", "m#prod#2 c2 6"],
            ["superseded: the stage 'prod' of 'm' holds v1.1.0 now ('m#prod#2')"],
        ),
        (
            "m#prod c1 5",
            ["m@v1.0.0 c1 1", "m#prod!#2 c1 6"],
            ["superseded: the stage 'prod' of 'm' holds nothing now"],
        ),
        (
            "m#prod!#3 c2 7",
            ["m@v1.0.0 c1 1", "m@v1.1.0 c2 2", "m#prod c1 5", "m#prod#2 c2 6"],
            ["the stage 'prod' of 'm' holds v1.0.0 now ('m#prod')"],
        ),
        ("m#prod!#3 c1 7", ["m@v1.0.0 c1 1", "m#prod c1 5"], []),
        (
            "m@v1.0.0 c1 1",
            ["m@deprecated c1 9"],
            ["superseded: the model 'm' was deprecated since, by 'm@deprecated'"],
        ),
    ],
)
def test_what_has_become_of_a_tag_is_told(about: str, since: list[str], said: list[str]) -> None:
    own = event(about)

    assert list(since_then(own, ModelHistory([own, *map(event, since)]))) == said
