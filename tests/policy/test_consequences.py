"""What the lines of a push amount to, held against the state of every push that could become of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from support.examples import NOW, judge_example, parse_line, push_of
from tagwarden.policy.facts.consequences import Line, lines_of
from tagwarden.policy.facts.model_facts import ModelFacts, build_facts
from tagwarden.policy.file.policy import built_in_policy
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.push import Circumstances, ModelPush, TagPush
from tagwarden.policy.registry.event import read_event
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.policy.rules.contract import Example
from tagwarden.policy.settings import Selector

ALL = [Selector()]


def case_of(pushed: Sequence[str], existing: Sequence[str], *, place: str = "server") -> ModelFacts:
    by_name = {line.name: line.tag for line in map(parse_line, existing)}
    pushes = [push_of(parse_line(line), by_name) for line in pushed]
    push = ModelPush("m", pushes, list(by_name.values()), {}, {})
    circumstances = Circumstances(NOW, place)  # type: ignore[arg-type]
    return build_facts(push, built_in_policy().base, circumstances, lambda: None)  # type: ignore[arg-type, return-value]


def acts_of(line: Line) -> set[tuple[str, str | None]]:
    return {(act.kind, act.stage) for group in ((line.own,), *line.made, *line.undone) for act in group}


def acts(pushed: Sequence[str], existing: Sequence[str], *, place: str = "server") -> list[set[tuple[str, str | None]]]:
    """Kind and stage of all that each pushed line amounts to."""
    return [acts_of(line) for line in lines_of(case_of(pushed, existing, place=place), ALL)]


def held(pushes: Iterable[TagPush], existing: Sequence[str]) -> set[tuple[str, str]]:
    """The stages that GTO shows once these pushes have landed, each with the commit in it."""
    tags = {line.name: line.tag for line in map(parse_line, existing)}
    for push in pushes:
        tags.pop(push.tag, None)
        if push.new is not None:
            tags[push.tag] = push.new
    names = {name: parse_tag_name(name) for name in tags}
    events = [read_event(tags[name], parsed) for name, parsed in names.items() if isinstance(parsed, TagName)]
    history = ModelHistory(event for event in events if event)
    if history.is_deprecated:
        return set()
    commits = history.commits()
    return {(stage, commit) for stage in history.holdings for commit in commits if history.is_in_force(stage, commit)}


NAMES = ("m@v1.0.0", "m@v1.0.0!", "m@v1.0.0#2", "m@v1.1.0", "m#prod", "m#prod!", "m#prod#2", "m#dev", "m@deprecated")
COMMITS, TIMES = st.integers(1, 2), st.integers(1, 6)
TAGS = st.builds("{} on c{} at {}".format, st.sampled_from(NAMES), COMMITS, TIMES)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    existing = draw(st.lists(TAGS, max_size=6, unique_by=lambda line: line.split()[0]))
    names = {line.split()[0] for line in existing}
    pushed = draw(st.lists(TAGS, min_size=1, max_size=4, unique_by=lambda line: line.split()[0]))
    lines = []
    for line in pushed:
        name = line.split()[0]
        change = draw(st.sampled_from(("delete", "move"))) if name in names else "create"
        lines.append({"delete": f"delete {name}", "move": f"move {line}", "create": line}[change])
    return lines, existing


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_whatever_lands_of_a_push_no_line_does_what_it_was_not_asked_about(world: tuple[list[str], list[str]]) -> None:
    pushed, existing = world
    lines = list(lines_of(case_of(pushed, existing), ALL))
    for line in lines:
        asked = acts_of(line)
        others = [other.push for other in lines if other is not line]
        for count in range(len(others) + 1):
            for landed in combinations(others, count):
                before, after = held(landed, existing), held([*landed, line.push], existing)
                new = line.push.new.object if line.push.new else None
                for stage, commit in before - after:
                    # A bare commit that gets a version leaves a stage only if it was taken out before.
                    if not (line.own.kind == "register" and new and new.target == commit):
                        assert ("unassign", stage) in asked, (line.push.tag, commit)
                for stage, commit in after - before:
                    along = any(
                        push.new and push.new.object and push.new.object.target == commit
                        for push in landed
                        if isinstance(push.name, TagName) and push.name.stage == stage
                    )
                    if not (along and line.own.kind == "register" and new and new.target == commit):
                        assert ("assign", stage) in asked, (line.push.tag, commit)


def test_a_plain_push_amounts_to_what_its_tags_say() -> None:
    existing = ("m@v1.0.0", "m#prod at 2")
    pushed = ("m@v1.1.0 on c2 at 3", "m#prod#2 on c2 at 3", "m#dev on c2 at 3", "m#prod! at 4")

    assert acts(pushed, existing) == [
        {("register", None)},
        {("assign", "prod")},
        {("assign", "dev")},
        {("unassign", "prod")},
    ]


def test_a_line_is_asked_about_whatever_the_others_may_do() -> None:
    pushed = ("m#prod at 2", "m#prod! at 3", "m@v1.0.0! at 4")

    assert acts(pushed, ("m@v1.0.0",))[2] == {("deregister", None), ("unassign", "prod")}


def test_of_old_tags_each_has_its_turn() -> None:
    history = (
        "m@v1.0.0", "m#prod at 2", "m#prod! at 3", "m@v1.0.0! at 4", "m@v1.0.0#2 at 5", "m#dev at 6",
        "m@deprecated at 7", "m@v1.1.0 on c2 at 8", "m@v1.0.0!#2 at 9",
    )  # fmt: skip

    found = dict(zip(history, acts(history, (), place="history"), strict=True))
    assert found["m@v1.0.0! at 4"] == {("deregister", None)}
    assert found["m@v1.0.0#2 at 5"] == {("register", None)}
    assert found["m@deprecated at 7"] == {("deprecate", None), ("unassign", "dev")}
    assert found["m@v1.1.0 on c2 at 8"] == {("register", None), ("assign", "dev")}
    assert found["m@v1.0.0!#2 at 9"] == {("deregister", None), ("unassign", "dev")}


def test_an_old_unassignment_that_is_dated_after_the_deregistration_was_done_before() -> None:
    history = ("m@v1.0.0", "m#prod at 2", "m@v1.0.0! at 3", "m#prod! at 9")

    assert acts(history, (), place="history")[2] == {("deregister", None)}


def test_a_version_that_is_registered_anew_takes_up_what_is_assigned_to_it_meanwhile() -> None:
    pushed = ("m@v1.0.0#2 at 5", "m#prod at 4")

    assert acts(pushed, ("m@v1.0.0", "m@v1.0.0! at 3"))[0] == {("register", None), ("assign", "prod")}
    assert acts(pushed, ())[0] == {("register", None)}


def test_an_old_registration_of_what_is_registered_brings_nothing_back() -> None:
    history = ("m@v1.0.0", "m#prod at 2", "m@v1.0.0#2 at 3")

    assert acts(history, (), place="history")[2] == {("register", None)}


def test_an_old_assignment_that_was_dated_before_its_registration_needs_no_leave_of_that() -> None:
    history = ("m@v1.0.0 at 3", "m#prod at 2")

    assert acts(history, (), place="history")[0] == {("register", None)}


def test_of_the_events_of_one_second_the_one_that_assigns_a_stage_answers_for_it() -> None:
    history = ("m@v1.0.0 at 1", "m#prod at 2", "m@deprecated at 3", "m#dev#2 at 4", "m#prod#3 at 4")

    assert acts(history, (), place="history")[3] == {("assign", "dev")}
    assert acts(history[:4], (), place="history")[3] == {("assign", "dev"), ("assign", "prod")}


def test_without_a_selector_of_stages_nobody_looks_at_them() -> None:
    case = case_of(("m@v1.0.0! at 3",), ("m@v1.0.0", "m#prod at 2"))

    (line,) = lines_of(case, [Selector(what=("register", "deregister"))])
    assert acts_of(line) == {("deregister", None)}


def test_many_lines_about_many_stages_share_what_they_amount_to() -> None:
    existing = ["m@v1.0.0", *(f"m#s{number} at 2" for number in range(500))]
    pushed = [f"m@deprecated#{number} at 3" for number in range(500)]
    groups = {id(group) for line in lines_of(case_of(pushed, existing), ALL) for group in line.made if group}

    assert len(groups) == 1


SIGN = '[signing]\nallowed-signers = "ref:HEAD:a"\n[[signing.require]]\nstages = ["prod"]\n'
OLD_HABITS = SIGN + '[rules]\nversion-once = "off"\nversion-order = "off"\nversion-per-commit = "off"\n'
SIGNED = st.sampled_from(("", " signed ada@example.com"))
EVENTS = st.sampled_from(
    ("m@v1.{}.0", "m@v1.{}.0!", "m@v1.{}.0#2", "m@v1.{}.0!#2", "m#prod#{}", "m#prod!#{}", "m#dev#{}", "m@deprecated#{}")
)
# What is pushed, how long before the push it is dated, and by whom it is signed.
PUSHES = st.tuples(
    st.builds(lambda event, number: event.format(number), EVENTS, st.integers(1, 3)),
    st.integers(1, 2),
    st.integers(0, 25),
    SIGNED,
)


SERIES = st.lists(PUSHES, min_size=6, max_size=14, unique_by=lambda push: push[0])


@settings(max_examples=40, deadline=None)
@given(SERIES, st.sampled_from((SIGN, OLD_HABITS)))
def test_what_was_accepted_tag_by_tag_is_signed_as_an_audit_wants_it(
    series: list[tuple[str, int, int, str]], policy: str
) -> None:
    accepted: list[str] = []
    for number, (name, commit, before, signed) in enumerate(series, 3):
        # An assignment that is dated before a deregistration looks, once all has landed, as if it had come before.
        time = 10 * number - (0 if name.startswith("m#prod#") else before)
        line = f"{name} on c{commit} at {time}{signed}"
        push = Example("a push", (line,), refused=False, existing=tuple(accepted), policy=policy)
        if judge_example(push, place="server").accepted:
            accepted.append(line)
    audited = judge_example(Example("all", tuple(accepted), refused=False, policy=policy), place="history")

    assert [finding.message for finding in audited.findings if finding.rule == "signed"] == []


def test_what_is_dated_before_a_deprecated_model_came_back_brings_it_back_by_its_date() -> None:
    existing = (
        "m@v1.1.0 at 30",
        "m#prod#1 at 50 signed ada@example.com",
        "m@deprecated at 60 signed ada@example.com",
        "m#prod#2 at 70 signed ada@example.com",
    )
    dated = {
        line: judge_example(Example("", (line,), refused=True, existing=existing, policy=SIGN), place="server").accepted
        for line in ("m#dev#1 at 69", "m#dev#1 at 70", "m#dev#1 at 71", "m#dev#1 at 69 signed ada@example.com")
    }

    assert list(dated.values()) == [False, False, True, True]
