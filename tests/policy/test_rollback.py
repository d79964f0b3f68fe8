"""The way back of a stage: what held it before, never what was withdrawn, and no guess."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import raw_tag
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Tag
from tagwarden.policy.registry.planning import KnownModel, Unplannable, known_model
from tagwarden.policy.registry.rollback import plan_rollback

VERSIONS = 4


def known(steps: Sequence[str]) -> KnownModel:
    """v1, v2, … registered in turn, then a step a second: `+2` assigns v2, `-2` unassigns it, `!2` deregisters it."""
    tags = [_tag(f"m@v{n}.0.0", n, n) for n in range(1, VERSIONS + 1)]
    for second, step in enumerate(steps, 100):
        kind, number = step[0], int(step[1])
        name = {"+": f"m#prod#{second}", "-": f"m#prod!#{second}", "!": f"m@v{number}.0.0!#{second}"}[kind]
        tags.append(_tag(name, number, second))
    return known_model("m", tags)


def _tag(name: str, number: int, second: int) -> tuple[TagName, Tag]:
    raw = raw_tag(object=f"{number:040x}", tag=name, tagger=f"Ada <ada@example.com> {second} +0000")
    parsed = parse_tag_name(name)
    assert isinstance(parsed, TagName)
    return parsed, Tag(name, "any", "tag", parse_tag_object(raw))


@pytest.mark.parametrize(
    ("steps", "back_to"),
    [
        ("+1 +2", 1),
        ("+1 +2 +3", 2),
        ("+1 +2 +2", 1),
        ("+1 +2 -2 +3", 1),
        ("+1 +2 -1 +3", 2),
        ("+1 +2 !2 +3", 1),
        ("+1 +2 +3 -3", 1),
        ("+1 +2 +1 +2", 1),
        ("+1 +2 -2 +3 +2", 3),
        ("+1 +2 +1 +3", 1),
    ],
)
def test_the_stage_goes_back_to_what_held_it_before(steps: str, back_to: int) -> None:
    plan = plan_rollback(known(steps.split()), "prod")

    assert str(plan.version) == f"v{back_to}.0.0"
    assert plan.commit == f"{back_to:040x}"


def test_the_message_says_from_where_and_to_where() -> None:
    plan = plan_rollback(known(["+1", "+2"]), "prod")

    assert plan.message == "Assigning stage prod to artifact m version v1.0.0, back from version v2.0.0"
    assert plan.name.format() == "m#prod"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("", "no version of 'm' is in 'prod', so there is none to go back from"),
        ("+1 -1", "no version of 'm' is in 'prod'"),
        ("+1", "v1.0.0 is the only version of 'm' in 'prod' that was not withdrawn, so there is none to go back to"),
        ("+1 +2 -1", "v2.0.0 is the only version"),
        ("+1 +2 !1", "v2.0.0 is the only version"),
    ],
)
def test_where_nothing_held_it_before_there_is_no_way_back(steps: str, said: str) -> None:
    with pytest.raises(Unplannable, match=said):
        plan_rollback(known(steps.split()), "prod")


@pytest.mark.parametrize(
    ("steps", "named"), [("+1 +2 +1", ["v2.0.0"]), ("+1 +2 +3 +2", ["v3.0.0", "v1.0.0"]), ("+1 +2 +3 +1", ["v3.0.0"])]
)
def test_where_the_stage_was_put_back_already_the_version_must_be_named(steps: str, named: list[str]) -> None:
    with pytest.raises(Unplannable, match="may mean more than one thing") as caught:
        plan_rollback(known(steps.split()), "prod")

    commands = [line.strip() for line in str(caught.value).splitlines()[1:]]
    assert commands == [f"tagwarden assign m prod --version {version}" for version in named]


STEPS = st.lists(
    st.tuples(st.sampled_from("+++-!"), st.integers(1, VERSIONS)).map(lambda step: f"{step[0]}{step[1]}"), max_size=10
)


@given(steps=STEPS)
@settings(max_examples=300)
def test_whatever_happened_the_target_holds_the_stage_still_and_leads_afterwards(steps: list[str]) -> None:
    model = known(steps)
    try:
        plan = plan_rollback(model, "prod")
    except Unplannable:
        return
    withdrawn = max((n for n, step in enumerate(steps) if step in (f"-{_number(plan.commit)}",)), default=-1)
    assigned = max(n for n, step in enumerate(steps) if step == f"+{_number(plan.commit)}")
    assert assigned > withdrawn
    assert f"!{_number(plan.commit)}" not in steps
    assert model.history.holders("prod")[1].commit == plan.commit
    after = known([*steps, f"+{_number(plan.commit)}"])
    holder = after.history.holder("prod")
    assert holder is not None
    assert holder.commit == plan.commit


@given(steps=STEPS)
@settings(max_examples=300)
def test_two_who_go_back_at_once_do_not_undo_each_other(steps: list[str]) -> None:
    try:
        first = plan_rollback(known(steps), "prod")
    except Unplannable:
        return
    fled = known(steps).history.holder("prod")
    assert fled is not None
    try:
        second = plan_rollback(known([*steps, f"+{_number(first.commit)}"]), "prod")
    except Unplannable:
        return
    assert second.commit != fled.commit


def _number(commit: str) -> int:
    return int(commit, 16)
