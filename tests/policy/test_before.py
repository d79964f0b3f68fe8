"""What stood before a tag, and what has become of it since."""

from __future__ import annotations

import pytest

from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.registry.before import counting_before
from tagwarden.policy.registry.event import Event
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.policy.registry.superseded import superseded_by


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
    assert [one.tag for one in counting_before(event(judged), [event(line) for line in others])] == before


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
            [],
        ),
        (
            "m#prod!#3 c2 7",
            ["m@v1.0.0 c1 1", "m@v1.1.0 c2 2", "m#prod c1 5", "m#prod#2 c2 6", "m@v1.0.0! c1 8"],
            ["superseded: the stage 'prod' of 'm' holds nothing now"],
        ),
        (
            "m#prod!#3 c2 7",
            ["m@v1.0.0 c1 1", "m@v1.1.0 c2 2", "m#prod c1 5", "m#prod#2 c2 6", "m#prod#4 c2 8"],
            ["superseded: the stage 'prod' of 'm' holds v1.1.0 now ('m#prod#4')"],
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
    own, others = event(about), [event(line) for line in since]
    then = ModelHistory([own, *counting_before(own, others)])

    assert list(superseded_by(own, then, ModelHistory([own, *others]))) == said
