"""A screen passes only what the judge has nothing to say of, and most of what is pushed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import NOW, parse_line
from support.in_memory_reader import InMemoryReader, updates_of
from tagwarden.policy.judge import Judge
from tagwarden.policy.policy import Policy
from tagwarden.policy.policy_file import built_in_policy, load_policy
from tagwarden.policy.push import Circumstances, ModelPush
from tagwarden.policy.rules import PUSH_RULES, RULES, load_rule
from tagwarden.policy.screening import MUST_BE_OFF, VOUCHED_FOR
from tagwarden.policy.verdict import Verdict
from tagwarden.repository import screening
from tagwarden.repository.facts import judge_updates

EPOCH = 1_600_000_000
EXAMPLES = [
    pytest.param(example, id=f"{rule}: {example.title}")
    for rule in RULES
    if rule not in PUSH_RULES
    for example in load_rule(rule).EXAMPLES
]


class Played(Judge):
    """A judge that remembers which models it was handed."""

    def __init__(self, policy: str | Policy, place: str) -> None:
        read = load_policy(policy.encode()) if isinstance(policy, str) else policy
        super().__init__(read, Circumstances(now=NOW, place=place))  # type: ignore[arg-type]
        self.models: list[str | None] = []

    def judge_model(self, push: ModelPush) -> None:
        self.models.append(push.model)
        super().judge_model(push)

    @property
    def said(self) -> Verdict:
        return self.verdict(source="test", policy_id=None)


def judged(
    standing: Sequence[str],
    pushed: Sequence[str],
    *policies: str | Policy,
    screened: bool = True,
    peels: bool = False,
    place: str = "server",
) -> list[Played]:
    there, new = ([parse_line(line, epoch=EPOCH) for line in lines] for lines in (standing, pushed))
    judges = [Played(policy, place) for policy in policies or ("",)]
    judge_updates(updates_of(there, new), InMemoryReader(there, new, peels=peels), judges, screened=screened)
    return judges


def passes(standing: Sequence[str], pushed: Sequence[str], *policies: str | Policy, place: str = "server") -> bool:
    """Whether a screen passes the push, with the verdict of a judge who has nothing to say."""
    judges = judged(standing, pushed, *policies, place=place)
    if any(judge.models for judge in judges):
        return False
    assert all((judge.said.findings, judge.said.judged) == ((), len(pushed)) for judge in judges)
    return True


THREE = ("churn@v1.0.0 on c1 at 1", "churn@v1.1.0 on c2 at 2", "churn@v2.0.0 on c3 at 3")


class TestWhatPasses:
    def test_a_version_above_all_others(self) -> None:
        assert passes((), ["churn@v0.0.1"])
        assert passes(THREE, ["churn@v2.0.1 on c4"])

    def test_a_whole_history_of_versions_in_one_push(self) -> None:
        assert passes((), THREE)

    def test_versions_of_several_models_on_one_commit(self) -> None:
        assert passes(THREE, ["fraud@v1.0.0 on c1", "a/b@v1.0.0 on c1", "cv=seg@v1.0.0 on c1"])

    def test_whatever_else_stands_beside_it(self) -> None:
        others = (
            *THREE,
            "churn#prod on c2 at 4",
            "churn#prod! on c2 at 5",
            "churn@v0.9.0! on c7",
            "churn@v2.0.1-rc.1 on c8",
            "churn@v1.6.0+build on c9",
            "churn@v1.7.0#3 on c10",
            "churn@nonsense on c11",
            "churn@v0.0.2 lightweight on c12",
        )
        assert passes(others, ["churn@v2.0.1 on c4"])

    def test_under_a_policy_whose_rules_it_can_answer_for(self) -> None:
        assert passes(
            THREE, ["churn@v2.0.1 on c4 with 123456"], "[message]\nmin-length = 5\n", '[versions]\norder = "major"\n'
        )
        assert passes((), ["churn@v1.0.0"], '[stages]\nnames = ["prod"]\n')

    def test_a_history_in_order(self) -> None:
        assert passes((), THREE, place="history")


class TestWhatDoesNotPass:
    @pytest.mark.parametrize(
        "pushed",
        [
            "churn@v2.0.0 on c4",
            "churn@v1.2.0 on c4",
            "churn@v3.0.0 on c1",
            "churn@v3.0.0 on c4 lightweight",
            "churn@v3.0.0 on c4 says churn@v3.0.1",
            "churn@v3.0.0 on c4 at 900000000",
            "churn@v3.0.0 on c4 with ",
            "churn@v3.0.0 on c4 tagger none",
            "churn@v3.0.0 on c4 zone +2500",
            "churn@v3.0.0 on c4 signed ada",
            "churn@v3.0.0 on c4 encoding latin-99",
            "churn@v3.0.0 on c4 holding artifacts.yaml=- 1",
            "churn@v3.0.0 on blob",
            "churn@v3.0.0 on tree",
            "churn@v3.0.0 on nothing",
            "churn@v3.0.0-rc.1 on c4",
            "churn@v3.0.0+build on c4",
            "churn@v3.0.0! on c4",
            "churn@v03.0.0 on c4",
            "churn@v3.0 on c4",
            "churn@deprecated on c4",
            "churn#prod on c3",
            "Churn@v1.0.0 on c4",
            "churn@v2.0.0/x@v1.0.0 on c4",
            "move churn@v2.0.0 on c4",
            "delete churn@v2.0.0",
        ],
    )
    def test_anything_out_of_the_ordinary(self, pushed: str) -> None:
        assert not passes(THREE, [pushed])

    @pytest.mark.parametrize(
        "standing",
        ["churn@deprecated on c4", "churn@v3.0.1-rc.1 on c4", "churn@v3.0.0! on c4", "churn@v3.0.0+a#7 on c4",
         "churn#prod on c5", "churn@nonsense on c5"],
    )  # fmt: skip
    def test_beside_a_tag_that_may_stand_against_it(self, standing: str) -> None:
        assert not passes([standing], ["churn@v3.0.0 on c5"])

    def test_two_that_get_in_each_others_way(self) -> None:
        assert not passes((), ["churn@v1.0.0 on c1", "churn@v1.1.0 on c1"])
        assert not passes((), ["churn@v1.0.0 on c1", "churn@v1.0.0#2 on c2"])

    def test_a_history_out_of_order(self) -> None:
        assert not passes((), ["churn@v1.0.0 on c1 at 2", "churn@v1.1.0 on c2 at 1"], place="history")

    @pytest.mark.parametrize("rule", MUST_BE_OFF)
    def test_anything_where_a_rule_is_on_that_no_screen_answers_for(self, rule: str) -> None:
        policy = built_in_policy()
        on = policy._replace(base=policy.base._replace(levels={**RULES, rule: "warning"}))
        assert not passes((), ["churn@v1.0.0"], on)

    @pytest.mark.parametrize(
        "policy",
        [
            '[message]\npattern = ".*"\n',
            "[message.trailers.AUC]\n",
            "[message]\nmin-length = 100\n",
            '[scope]\nignore = ["x"]\n',
        ],
    )
    def test_anything_where_one_policy_asks_for_more(self, policy: str) -> None:
        assert not passes((), ["churn@v1.0.0"], "", policy)


def test_each_rule_that_may_speak_of_a_registration_is_vouched_for_or_must_be_off() -> None:
    assert {"target-branch", "target-files", "model-known", "version-step", "who", "signed"} <= set(MUST_BE_OFF)
    assert set(VOUCHED_FOR).isdisjoint(MUST_BE_OFF)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_screen_leaves_the_verdict_on_an_example_as_it_is(example):
    push = example.existing, example.pushed, example.policy
    assert judged(*push)[0].said == judged(*push, screened=False)[0].said


LINES = st.builds(
    "{}{}@v{}.{}.0{} on c{}{}".format,
    st.sampled_from(["", "", "", "", "", "move ", "delete "]),
    st.sampled_from(["m", "m", "n", "a/b", "N"]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["", "", "", "", "", "", "-rc.1", "+x", "!", "#2", "x"]),
    st.integers(0, 9),
    st.sampled_from(
        [
            "",
            "",
            "",
            "",
            " at 2",
            " at 3",
            " at 200000000",
            " lightweight",
            " says m@v1.0.0",
            " tagger none",
            " signed ada",
        ]
    ),
)
OTHERS = st.sampled_from(
    [
        "m#prod on c1",
        "m#prod on c1 at 5",
        "m#prod!#2 on c1 at 6",
        "m@deprecated on c1",
        "n#a/b on c2",
        "m@1.0 on c2",
        "plain",
    ]
)
TAGS = st.lists(
    LINES | LINES | LINES | OTHERS, max_size=6, unique_by=lambda line: line.removeprefix("move ").split()[0]
)
POLICIES = st.sampled_from(
    ["", '[versions]\norder = "major"\n', '[versions]\norder = "any"\n', '[rules]\nversion-per-commit = "off"\n',
     '[message]\nmin-length = 10\n', '[stages]\nnames = ["prod"]\n', '[scope]\nignore = ["n@*"]\n']
)  # fmt: skip


@given(standing=TAGS, pushed=TAGS, policies=st.lists(POLICIES, min_size=1, max_size=2), data=st.data())
def test_a_screen_changes_no_verdict(
    standing: list[str], pushed: list[str], policies: list[str], data: st.DataObject
) -> None:
    standing = [line for line in standing if not line.startswith(("move", "delete"))]
    place = data.draw(st.sampled_from(["server", "client", "history"]))
    screening_many, screening.MANY = screening.MANY, data.draw(st.sampled_from([0, 200]))
    try:
        with_screen = judged(standing, pushed, *policies, place=place, peels=data.draw(st.booleans()))
        without = judged(standing, pushed, *policies, place=place, screened=False)
    finally:
        screening.MANY = screening_many
    assert [judge.said for judge in with_screen] == [judge.said for judge in without]
