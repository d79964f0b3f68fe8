"""Rules at the very border of what they refuse, one step to either side: `make mutants` moves each of these borders."""

from __future__ import annotations

import pytest

from support.examples import NOW, judge_example
from tagwarden.policy.grammar.tag_name import TagName
from tagwarden.policy.objects.commit_object import LAST_SECOND, parse_commit
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.registry.event import Event
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.policy.rules.contract import Example

STAGES = ("churn@v1.0.0 on c1", "churn@v1.1.0 on c2 at 2")
STRICT_STEPS = '[rules]\nversion-step = "error"\n'
TWICE = '[rules]\nversion-once = "off"\n'
NO_SKEW = '[time]\nmax-skew = "0s"\n'
SHORT = "[message]\nmax-bytes = 20\n"
FOUR_LETTERS = "[message]\nmin-length = 4\n"
DECLARED = '[models]\ndeclared-in = "dvc.yaml"\n'
PERMANENT = '[stages]\nonce-assigned-permanent = ["prod"]\n[rules]\ntag-permanent = "off"\n'
GRACE_UNASSIGNS = '[[people.allow]]\nwho = ["grace"]\nwhat = ["unassign"]\nstages = ["prod"]\n'
SHORTER_FOR_OTHERS = SHORT + '[[override]]\nmodels = ["fraud"]\nmessage.max-bytes = 10\n'

REFUSED = {
    "deleting an assignment that nobody reads, by somebody who may not unassign": (
        "who",
        Example("", ("delete churn#prod",), True, (*STAGES, "churn#prod lightweight"), GRACE_UNASSIGNS),
    ),
    "a second version on a commit that has no stage": (
        "version-per-commit",
        Example("", ("churn@v1.1.0 on c1 at 2",), True, ("churn@v1.0.0 on c1",)),
    ),
    "deleting an event whose message is as long as it may be": (
        "tag-permanent",
        Example("", ("delete churn@v1.0.0",), True, (f"churn@v1.0.0 with {'x' * 20}",), SHORT),
    ),
    "an assignment where the model is not declared": (
        "model-known",
        Example("", ("churn#prod on c1 at 2",), True, ("churn@v1.0.0 on c1",), DECLARED),
    ),
    "a message that is one letter too short": (
        "message",
        Example("", ("churn@v1.0.0 with Why",), True, (), FOUR_LETTERS),
    ),
    "a version that is equal to the latest": (
        "version-order",
        Example("", ("churn@v1.0.0#2 on c2 at 2",), True, ("churn@v1.0.0",), TWICE),
    ),
    "a second candidate without a first": (
        "version-step",
        Example("", ("churn@v1.1.0-rc.2 on c2 at 2",), True, ("churn@v1.0.0",), STRICT_STEPS),
    ),
    "a deprecation in the very second of a version's commit": (
        "event-time",
        Example("", ("churn@deprecated on c2 at 50",), True, ("churn@v1.0.0 on c1 at 10 committed 50",)),
    ),
    "an assignment before the newest one, of another version, that is in force": (
        "event-time",
        Example(
            "",
            ("churn#prod#4 on c1 at 25",),
            True,
            (*STAGES, "churn#prod on c1 at 10", "churn#prod!#2 on c1 at 20", "churn#prod#3 on c2 at 30"),
        ),
    ),
    "a tag from one second beyond the allowed skew": (
        "event-time",
        Example("", (f"churn@v1.0.0 at {NOW + 1}",), True, (), NO_SKEW),
    ),
    "a message one byte too long": (
        "tag-object",
        Example("", (f"churn@v1.0.0 with {'x' * 21}",), True, (), SHORT),
    ),
    "a message that is too long for its model alone": (
        "tag-object",
        Example("", (f"fraud@v1.0.0 with {'x' * 11}",), True, (), SHORTER_FOR_OTHERS),
    ),
}
ACCEPTED = {
    "a message that is just long enough": Example("", ("churn@v1.0.0 with This",), False, (), FOUR_LETTERS),
    "deleting what took a version out of a permanent stage": Example(
        "", ("delete churn#prod!#2",), False, (*STAGES, "churn#prod at 2", "churn#prod!#2 at 3"), PERMANENT
    ),
    "a first candidate": Example("", ("churn@v1.1.0-rc.1 on c2 at 2",), False, ("churn@v1.0.0",), STRICT_STEPS),
    "a deprecation a second after a version's commit": Example(
        "", ("churn@deprecated on c2 at 51",), False, ("churn@v1.0.0 on c1 at 10 committed 50",)
    ),
    "a tag from the last second of the allowed skew": Example("", (f"churn@v1.0.0 at {NOW}",), False, (), NO_SKEW),
    "a message of exactly the allowed length": Example(
        "", (f"churn@v1.0.0 with {'x' * 20}",), False, (), SHORTER_FOR_OTHERS
    ),
}


@pytest.mark.parametrize(("rule", "example"), REFUSED.values(), ids=REFUSED)
def test_this_is_refused(rule: str, example: Example) -> None:
    assert {finding.rule for finding in judge_example(example).findings} == {rule}


@pytest.mark.parametrize("example", ACCEPTED.values(), ids=ACCEPTED)
def test_this_is_accepted(example: Example) -> None:
    assert judge_example(example).findings == ()


def test_in_one_second_a_version_leaves_a_stage_before_it_enters_it() -> None:
    pushed = ("churn#prod!#2 on c1 at 9", "churn#prod#3 on c1 at 9")
    example = Example("", pushed, True, (*STAGES, "churn#prod on c1 at 5"))

    assert {finding.ref for finding in judge_example(example).findings} == {"refs/tags/churn#prod#3"}


def test_a_warning_is_not_broken_by_an_emergency() -> None:
    policy = '[rules]\nversion-order = "warning"\n'
    example = Example("", ("churn@v0.9.0 on c2 at 2",), True, ("churn@v1.0.0",), policy)
    verdict = judge_example(example, emergency={"version-order": "urgent"})

    assert [finding.severity for finding in verdict.findings] == ["warning"]
    assert verdict.emergency == {}


def test_a_tag_with_a_nul_in_its_header_is_none_that_the_registry_reads() -> None:
    header = f"object {'1' * 40}\ntype commit\ntag m@v1.0.0\ntagger A{{}} <a@b.c> 1 +0000\n\nm\n"

    assert parse_tag_object(header.format("").encode()).readable
    assert not parse_tag_object(header.format("\0").encode()).readable


def raw_commit(parent: str = "2" * 40, time: int = 1) -> bytes:
    who = f"A <a@b.c> {time} +0000"
    return f"tree {'1' * 40}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nm\n".encode()


def test_the_last_second_of_a_commit_is_the_last_that_gto_can_show() -> None:
    assert parse_commit(raw_commit(time=LAST_SECOND)).defect is None
    assert parse_commit(raw_commit(time=LAST_SECOND + 1)).defect is not None


def test_a_commits_parent_has_an_id_as_long_as_its_tree() -> None:
    assert parse_commit(raw_commit()).defect is None
    assert parse_commit(raw_commit(parent="2" * 64)).defect is not None


def test_a_tagger_time_of_more_digits_than_python_reads_is_a_defect() -> None:
    header = f"object {'1' * 40}\ntype commit\ntag m@v1.0.0\ntagger A <a@b.c> {'9' * 5000} +0000\n\nm\n"

    assert parse_tag_object(header.encode()).defects == ("its tagger's time is beyond the year 9999",)


def test_a_tag_of_a_tag_can_be_made_anew_on_the_commit() -> None:
    (found,) = judge_example(Example("", ("churn@v1.0.0 on tag",), True)).findings

    assert "points at another tag" in found.message
    assert found.fix is not None


def test_a_time_zone_ends_a_minute_before_a_whole_day() -> None:
    header = f"object {'1' * 40}\ntype commit\ntag m@v1.0.0\ntagger A <a@b.c> 1 {{}}\n\nm\n"

    assert parse_tag_object(header.format("+2359").encode()).readable
    assert not parse_tag_object(header.format("-2360").encode()).readable


def test_of_two_equal_events_of_one_second_the_one_that_was_added_last_counts() -> None:
    tags = ("churn#prod#1", "churn#prod#2")
    events = [Event(tag, TagName("churn", "assign", stage="prod", counter=tag[-1]), "c1", 9) for tag in tags]

    assert ModelHistory(events).holding("prod", "c1").assigned == events[1]
    assert ModelHistory(reversed(events)).holding("prod", "c1").assigned == events[0]
