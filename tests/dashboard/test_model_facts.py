"""What the pages say of a model is what `show`, `history` and `resolve` say of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.meaning import Step
from support.plans import plans
from support.random_registry import BEGINNING, InMemory, name_of, play, tag_bytes
from tagwarden.dashboard.model import model_facts
from tagwarden.dashboard.records import Interval, ModelFacts
from tagwarden.policy.grammar.query import Query
from tagwarden.policy.grammar.tag_name import TagName
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Tag
from tagwarden.policy.registry.event import read_event
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.policy.registry.journal import in_time_order, journal_of
from tagwarden.policy.registry.overview import overview_of, stage_holders, version_lines
from tagwarden.policy.registry.resolution import ModelTags, Unresolved, resolve

NamedTag = tuple[TagName, Tag]
COMMITS = [f"{number:040x}" for number in range(1, 5)]


def tag(name: str, commit: int, second: int) -> NamedTag:
    read = parse_tag_name_of(name)
    step = Step(read.model, read.kind, COMMITS[commit], BEGINNING + second, stage=read.stage)
    raw = tag_bytes(step).replace(f"tag {step.tag}\n".encode(), f"tag {name}\n".encode())
    return read, Tag(name, f"{name}@{second}", "tag", parse_tag_object(raw))


def parse_tag_name_of(name: str) -> TagName:
    return name_of(Tag(name, "", "tag", None))


NAMES = [
    f"churn{what}{counter}"
    for what in (
        "@v1.0.0", "@v1.0.0!", "@v1.1.0", "@v1.1.0!", "@v2.0.0-rc.1", "@v1.0.0+build",
        "#prod", "#prod!", "#dev", "#dev!",
        "@deprecated",
    )
    for counter in ("", "#1", "#2")
]  # fmt: skip


def any_tags() -> st.SearchStrategy[list[NamedTag]]:
    """Tags in whatever state: also such as no server would have accepted."""
    one = st.builds(tag, st.sampled_from(NAMES), st.integers(0, 3), st.integers(0, 8))
    return st.lists(one, min_size=1, max_size=14, unique_by=lambda pair: pair[1].name)


def at(intervals: Sequence[Interval], what: str, second: int) -> str | None:
    (found,) = [
        one.version
        for one in intervals
        if one.what == what and one.start <= second and (one.until is None or second < one.until)
    ] or [None]
    return found


def known(tags: Sequence[NamedTag]) -> ModelTags:
    return ModelTags(tags, -1)


def answer(query: Query, tags: Sequence[NamedTag]) -> str | None:
    try:
        found = resolve(query, known(tags), deprecated=True)
    except Unresolved:
        return None
    held = found.version
    if query.stage is not None:
        events = [event for name, one in tags if (event := read_event(one, name))]
        held = ModelHistory(events).active_version_at(found.commit)
    return str(held) if held else found.commit


def hold_against_resolve(facts: ModelFacts, tags: Sequence[NamedTag]) -> None:
    seconds = sorted({one.object.tagger.time for _, one in tags if one.object and one.object.tagger})
    stages = {name.stage for name, _ in tags if name.stage}
    model = tags[0][0].model
    for second in [seconds[0] - 1, *seconds, seconds[-1] + 1]:
        then = [
            (name, one) for name, one in tags if one.object and one.object.tagger and one.object.tagger.time <= second
        ]
        assert at(facts.intervals, "latest", second) == answer(Query("latest", model), then)
        for stage in stages:
            assert at(facts.intervals, f"#{stage}", second) == answer(Query("stage", model, stage=stage), then)
    assert facts.stable == answer(Query("stable", model), tags)


def hold_against_show(facts: ModelFacts, tags: Sequence[NamedTag]) -> None:
    model = tags[0][0].model
    events = [event for name, one in tags if (event := read_event(one, name))]
    history = ModelHistory(events)
    overview = overview_of(model, history)
    holders = stage_holders(history)
    assert facts.latest == (str(overview.latest) if overview.latest else None)
    assert (facts.deprecated is not None) == overview.deprecated
    assert {
        row.stage: (row.holder.version, row.holder.commit, row.holder.tag) for row in facts.stages if row.holder
    } == {
        stage: (str(held.version) if held.version else shown_version(facts, held.tag), held.commit, held.tag)
        for stage, held in holders.items()
    }
    assert [(row.number, row.version, row.active, tuple(row.stages), row.registered.tag) for row in facts.versions] == [
        (line.number, str(line.version), line.active, line.stages, line.tag) for line in version_lines(history)
    ]


def shown_version(facts: ModelFacts, tag: str) -> str | None:
    """Of a commit whose version is deregistered, the version that there was, as `history` shows it."""
    return next(event.version for event in facts.events if event.tag == tag)


def hold_against_history(facts: ModelFacts, tags: Sequence[NamedTag]) -> None:
    entries = in_time_order(journal_of(tags))
    assert [(row.time, row.kind, row.version, row.number, row.stage, row.commit, row.tag) for row in facts.events] == [
        (
            entry.event.time, entry.event.name.kind, str(entry.version) if entry.version else None, entry.number,
            entry.event.name.stage, entry.event.commit, entry.event.tag,
        )
        for entry in reversed(entries)
    ]  # fmt: skip


def hold(tags: Sequence[NamedTag]) -> None:
    facts = model_facts(known(tags))
    assert facts is not None
    hold_against_show(facts, tags)
    hold_against_history(facts, tags)
    hold_against_resolve(facts, tags)


@given(any_tags())
@settings(max_examples=100)
def test_any_tags_are_shown_as_the_commands_show_them_at_every_second(tags: list[NamedTag]) -> None:
    hold(tags)


@pytest.mark.thorough
@given(any_tags())
@settings(max_examples=5_000)
def test_very_many_tags_are_shown_as_the_commands_show_them_at_every_second(tags: list[NamedTag]) -> None:
    hold(tags)


@given(plans(pushes=12))
@settings(max_examples=25)
def test_registries_that_a_server_accepted_are_shown_as_the_commands_show_them(plan: list) -> None:
    registry = InMemory()
    play(plan, registry, lambda *_: None)
    by_model: dict[str, list[NamedTag]] = {}
    for one in registry.tags.values():
        by_model.setdefault(name_of(one).model, []).append((name_of(one), one))
    for tags in by_model.values():
        hold(tags)


def test_of_two_builds_of_a_version_the_later_one_is_the_stable_one_as_for_resolve() -> None:
    facts = model_facts(known([tag("churn@v1.0.0+a", 0, 0), tag("churn@v1.0.0+b", 1, 1)]))
    assert facts is not None

    assert facts.latest == facts.stable == "v1.0.0+b"


def test_a_stage_that_fell_back_says_behind_what_and_how_that_ended() -> None:
    facts = model_facts(
        known([
            tag("churn@v1.0.0", 0, 0), tag("churn#prod#1", 0, 1), tag("churn@v1.1.0", 1, 2), tag("churn#prod#2", 1, 3),
            tag("churn#prod!#3", 1, 4),
        ])
    )  # fmt: skip
    assert facts is not None
    (prod,) = facts.stages

    assert prod.holder is not None
    assert (prod.holder.tag, prod.since) == ("churn#prod#1", BEGINNING + 4)
    (gone,) = prod.fell_back
    assert gone.ended is not None
    assert (gone.assigned.tag, gone.ended.tag) == ("churn#prod#2", "churn#prod!#3")


def test_a_stage_whose_version_was_deregistered_says_so() -> None:
    facts = model_facts(known([tag("churn@v1.0.0", 0, 0), tag("churn#prod", 0, 1), tag("churn@v1.0.0!", 0, 2)]))
    assert facts is not None
    (prod,) = facts.stages

    assert prod.holder is None
    assert prod.fell_back[0].ended is not None
    assert prod.fell_back[0].ended.tag == "churn@v1.0.0!"


def test_a_version_that_is_assigned_once_more_holds_its_stage_since_the_first_time() -> None:
    facts = model_facts(known([tag("churn@v1.0.0", 0, 0), tag("churn#prod#1", 0, 1), tag("churn#prod#2", 0, 5)]))
    assert facts is not None

    (prod,) = facts.stages
    assert prod.holder is not None
    assert (prod.holder.tag, prod.since) == ("churn#prod#2", BEGINNING + 1)


def test_a_model_with_ten_thousand_events_takes_time_in_proportion() -> None:
    tags = [tag("churn@v1.0.0", 0, 0), tag("churn@v1.1.0", 1, 0)]
    name = parse_tag_name_of("churn#prod")
    for number in range(5000):
        read = name._replace(counter=str(number))
        step = Step(
            "churn", "assign", f"{number % 997:040x}", BEGINNING + 10 + number, stage="prod", counter=str(number)
        )
        tags.append((read, Tag(step.tag, str(number), "tag", parse_tag_object(tag_bytes(step)))))

    import time

    began = time.process_time()
    facts = model_facts(known(tags))
    assert facts is not None
    assert len(facts.intervals) > 4000
    assert time.process_time() - began < 5
