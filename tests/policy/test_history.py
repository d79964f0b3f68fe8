"""A model's history says of its tags what GTO says of them, wherever GTO gives an answer."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from gto.exceptions import ManyVersions
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support import raw_tag
from support.gto_in_memory import gto_in_memory
from support.gto_reading import Model, read_by_gto, reading_of
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.grammar.versions import parse_version
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Tag
from tagwarden.policy.registry.event import Event, read_event
from tagwarden.policy.registry.history import ModelHistory

COMMITS = {f"c{number}": f"{number:040x}" for number in range(1, 5)}
V1, V2 = parse_version("v1.0.0"), parse_version("v2.0.0")


def tag(line: str, **parts) -> Tag:
    """`NAME COMMIT SECOND`, for instance `m@v1.0.0 c1 5`."""
    name, commit, second = line.split()
    raw = raw_tag(**{"object": COMMITS[commit], "tag": name, "tagger": f"Ada <ada@example.com> {second} +0000"} | parts)
    return Tag(name, "any", "tag", parse_tag_object(raw))


def name_of(tag: Tag) -> TagName:
    name = parse_tag_name(tag.name)
    assert isinstance(name, TagName)
    return name


def event(line: str) -> Event:
    made = tag(line)
    found = read_event(made, name_of(made))
    assert found is not None
    return found


def history(*lines: str) -> ModelHistory:
    return ModelHistory(event(line) for line in lines)


def holders(found: ModelHistory, stage: str) -> list[str]:
    return [str(found.active_version_at(holder.commit)) for holder in found.holders(stage)]


class TestAnEvent:
    def test_is_what_the_tag_says_on_its_commit_at_its_second(self):
        found = event("m#prod#3 c2 7")

        assert (found.tag, found.commit, found.time) == ("m#prod#3", COMMITS["c2"], 7)
        assert found.name.stage == "prod"

    @pytest.mark.parametrize(
        "parts",
        [
            {"tag": "other@v9.9.9"},
            {"type": "tree"},
            {"type": "tag"},
            {"tagger": None},
            {"message": b"\xff"},
        ],
        ids=str,
    )
    def test_is_not_what_the_registry_can_not_read(self, parts):
        odd = tag("m@v1.0.0 c1 1", **parts)

        assert read_event(odd, name_of(odd)) is None

    def test_is_not_a_lightweight_tag(self):
        assert read_event(Tag("m@v1.0.0", COMMITS["c1"], "commit", None), TagName("m", "register", V1)) is None


class TestAVersion:
    def test_is_active_from_its_registration_to_its_deregistration(self):
        assert history("m@v1.0.0 c1 1").is_active(V1, COMMITS["c1"])
        assert not history("m@v1.0.0 c1 1", "m@v1.0.0! c1 2").is_active(V1, COMMITS["c1"])

    def test_comes_back_by_a_later_registration(self):
        assert history("m@v1.0.0 c1 1", "m@v1.0.0! c1 2", "m@v1.0.0#2 c1 3").is_active(V1, COMMITS["c1"])

    def test_is_deregistered_where_both_are_of_one_second(self):
        assert not history("m@v1.0.0 c1 1", "m@v1.0.0! c1 1").is_active(V1, COMMITS["c1"])

    def test_is_not_touched_by_a_deregistration_on_another_commit(self):
        assert history("m@v1.0.0 c1 1", "m@v1.0.0! c2 2").is_active(V1, COMMITS["c1"])

    def test_is_the_latest_by_precedence_and_not_by_time(self):
        latest = history("m@v2.0.0 c1 1", "m@v10.0.0-rc.1 c2 2", "m@v1.0.0 c3 3").latest()

        assert latest is not None
        assert str(latest.name.version) == "v10.0.0-rc.1"

    def test_is_the_latest_no_more_once_it_is_deregistered(self):
        latest = history("m@v1.0.0 c1 1", "m@v2.0.0 c2 2", "m@v2.0.0! c2 3").latest()

        assert latest is not None
        assert latest.name.version == V1

    def test_counts_on_its_commit_even_when_it_is_gone(self):
        found = history("m@v1.0.0 c1 1", "m@v1.0.0! c1 2", "m@v2.0.0 c1 3")

        assert found.versions_at(COMMITS["c1"]) == 2
        assert found.active_version_at(COMMITS["c1"]) == V2


class TestAStage:
    TWO = ("m@v1.0.0 c1 1", "m@v2.0.0 c2 2")

    def test_is_held_by_whom_it_was_assigned_last(self):
        assert holders(history(*self.TWO, "m#prod c1 3", "m#prod#2 c2 4"), "prod") == ["v2.0.0", "v1.0.0"]

    def test_falls_back_to_the_one_before(self):
        assigned = (*self.TWO, "m#prod c1 3", "m#prod#2 c2 4")

        assert holders(history(*assigned, "m#prod! c2 5"), "prod") == ["v1.0.0"]
        assert holders(history(*assigned, "m@v2.0.0! c2 5"), "prod") == ["v1.0.0"]

    def test_is_empty_where_assignment_and_unassignment_are_of_one_second(self):
        assert holders(history(*self.TWO, "m#prod c1 3", "m#prod! c1 3"), "prod") == []

    def test_may_be_assigned_before_the_version_is_registered(self):
        assert holders(history("m#prod c1 1", "m@v1.0.0 c1 5"), "prod") == ["v1.0.0"]

    def test_is_held_by_the_version_registered_first_where_both_are_assigned_in_one_second(self):
        assert holders(history(*self.TWO, "m#prod#2 c2 4", "m#prod c1 4"), "prod") == ["v1.0.0", "v2.0.0"]

    def test_is_not_taken_from_a_commit_that_never_held_a_version(self):
        found = history("m#prod c1 1", "m#prod! c1 2")

        assert [holder.commit for holder in found.holders("prod")] == [COMMITS["c1"]]

    def test_is_remembered_for_ever(self):
        found = history(*self.TWO, "m#prod c1 3", "m#prod! c1 4", "m#dev c1 5")

        assert set(found.past_stages(COMMITS["c1"])) == {"prod", "dev"}


class TestADeprecation:
    def test_lasts_until_something_happens(self):
        assert history("m@v1.0.0 c1 1", "m@deprecated c1 2").is_deprecated
        assert not history("m@v1.0.0 c1 1", "m@deprecated c1 2", "m#prod c1 3").is_deprecated

    def test_loses_against_anything_of_its_second(self):
        assert not history("m@v1.0.0 c1 2", "m@deprecated c1 2").is_deprecated


NAMES = [
    *(f"m@v{number}.0.0{end}" for number in (1, 2) for end in ("", "#2", "!", "!#2", "-rc.1")),
    *(f"m#{stage}{end}" for stage in ("prod", "dev") for end in ("", "#1", "#2", "!", "!#2")),
    *("m@deprecated", "m@deprecated#2"),
]
LINES = st.builds(
    "{} {} {}".format, st.sampled_from(NAMES), st.sampled_from(sorted(COMMITS)), st.integers(1, 6).map(str)
)
DAMAGED = st.lists(LINES, min_size=1, max_size=10, unique_by=lambda line: line.split()[0])


def answer_of_gto(tags: Iterable[Tag]) -> Model | None:
    """What GTO says of the model, None where it gives up."""
    with gto_in_memory(tags):
        try:
            return read_by_gto("in memory")["m"]
        except ManyVersions:
            return None


def comparable(answer: Model) -> Model:
    """Without the order of a stage's holders where a commit without a version is among them.

    GTO then goes by the date of that commit, too.
    """
    bare = set(COMMITS.values())
    stages = {stage: sorted(held) if bare.intersection(held) else held for stage, held in answer.stages.items()}
    return answer._replace(stages=stages)


@given(lines=DAMAGED)
@example(lines=["m@v1.0.0 c1 2", "m@v2.0.0 c2 1", "m@v2.0.0#2 c2 2", "m#dev c1 5", "m#dev#1 c2 5"])
@example(lines=["m@v1.0.0 c1 2", "m@v2.0.0 c3 2", "m@v2.0.0! c3 1", "m#prod c3 2", "m#prod#1 c1 2"])
@example(lines=["m@v1.0.0 c1 2", "m@v2.0.0 c2 3", "m@v2.0.0#2 c2 1", "m#prod c1 1", "m#prod#1 c2 1"])
@settings(max_examples=400)
def test_of_any_tags_in_any_order_the_history_says_what_gto_says(lines):
    tags = [tag(line) for line in lines]
    found = ModelHistory(event(line) for line in lines)

    answer = answer_of_gto(tags)

    if answer is None:
        assert any(found.versions_at(commit) > 1 and found.has_assignment_tags(commit) for commit in COMMITS.values())
    else:
        assert comparable(reading_of(found)) == comparable(answer)
