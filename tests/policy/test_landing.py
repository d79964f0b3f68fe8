"""A push is right only if it is right however it lands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from support.examples import judge_example
from tagwarden.policy.rules.contract import Example
from tagwarden.policy.verdict import Finding

HOOK = "the hook hooks/update"
PATH = '[stages]\npath = ["dev", "prod"]\n'
REQUIRED = "[artifact]\nrequired = true\n"
BINDS = f" with One\\n\\nArtifact: sha256:{'1' * 64} m.bin"
STEP = '[rules]\nversion-step = "error"\n'
LOOSE = '[rules]\ntag-permanent = "off"\ntag-immutable = "off"\n'
ONE = ("m@v1.0.0 on c1 at 1",)
TWO = (*ONE, "m@v1.1.0 on c2 at 2")


def errors(
    pushed: Sequence[str], existing: Sequence[str] = (), policy: str = "", *, singly: bool = False
) -> list[Finding]:
    example = Example("", tuple(pushed), refused=False, existing=tuple(existing), policy=policy)
    found = judge_example(example, per_ref_hook=HOOK if singly else None).findings
    return [finding for finding in found if finding.severity == "error"]


def rules(pushed: Sequence[str], existing: Sequence[str] = (), policy: str = "", *, singly: bool = False) -> set[str]:
    return {finding.rule for finding in errors(pushed, existing, policy, singly=singly)}


@pytest.mark.parametrize(
    ("pushed", "existing", "policy", "rule"),
    [
        (("m@v1.0.0 on c1 at 1", "m#prod on c1 at 2"), (), "", "state-exists"),
        (("m#prod on c1 at 2", "m#prod! on c1 at 3"), ONE, "", "state-exists"),
        (("m@v1.0.0 on c1 at 1", "m@v1.0.0! on c1 at 2"), (), "", "state-exists"),
        (("m#p!#2 on c1 at 3", "m#p#3 on c1 at 4", "m#p!#4 on c1 at 5"), (*ONE, "m#p on c1 at 2"), "", "state-exists"),
        (("m#dev on c1 at 2", "m#prod on c1 at 3"), ONE, PATH, "stage-path"),
        (("m#dev on c1 at 2", "m#prod on c1 at 2"), ONE, PATH, "stage-path"),
        (("m@v1.1.0! on c2 at 3", "m@v1.0.5 on c3 at 4"), TWO, "", "version-order"),
        (("m@v1.0.1 on c2 at 2", "m@v1.0.2 on c3 at 3"), ONE, STEP, "version-step"),
        (("m@v1.0.0! on c1 at 2", f"m@v1.1.0 on c2 at 3{BINDS}"), (ONE[0] + BINDS,), REQUIRED, "artifact"),
    ],
)  # fmt: skip
def test_what_another_tag_is_needed_for_does_not_pass_where_that_may_be_refused_on_its_own(
    pushed: Sequence[str], existing: Sequence[str], policy: str, rule: str
) -> None:
    assert rules(pushed, existing, policy) == set()
    assert rules(pushed, existing, policy, singly=True) == {rule}


def test_the_message_says_what_may_refuse_the_others_and_what_to_do() -> None:
    example = Example("", ("m@v1.0.0 on c1 at 1", "m#prod on c1 at 2"), refused=True)

    (finding,) = judge_example(example, per_ref_hook=HOOK).findings

    assert finding.tag == "m#prod"
    assert finding.message.endswith(
        "; the other tags of this push do not count for it, because the hook hooks/update may refuse each of them"
        " on its own: push what this tag needs first"
    )


@pytest.mark.parametrize(
    "pushed",
    [
        ("m@v2.0.0 on c3 at 3", "m@v2.1.0 on c4 at 4"),
        ("m@v2.0.0 on c3 at 3", "m#prod#2 on c1 at 4", "m#dev on c2 at 4"),
        ("m#prod! on c2 at 9", "m@v3.0.0 on c5 at 9"),
    ],
)
def test_tags_that_need_nothing_of_each_other_pass_wherever_single_ones_may_be_refused(pushed: Sequence[str]) -> None:
    assert rules(pushed, (*TWO, "m#prod on c2 at 3"), singly=True) == set()


@pytest.mark.parametrize("singly", [False, True])
@pytest.mark.parametrize(
    ("pushed", "rule"),
    [
        (("m@v2.0.0 on c3 at 3", "m@v2.1.0 on c3 at 4"), "version-per-commit"),
        (("m@v2.0.0 on c3 at 3", "m@v2.0.0+b on c4 at 4"), "version-once"),
        (("m@v1.1.0! on c2 at 3", "m#prod on c2 at 4"), "state-exists"),
        (("m#prod on c1 at 9", "m@deprecated on c1 at 9"), "event-time"),
    ],
)
def test_another_tag_always_counts_against(pushed: Sequence[str], rule: str, singly: bool) -> None:
    assert rule in rules(pushed, TWO, singly=singly)


@pytest.mark.parametrize(
    ("pushed", "existing", "rule"),
    [
        (("delete m@v1.1.0", "m@v1.0.5 on c3 at 4"), TWO, "version-order"),
        (("delete m@v1.1.0", "m@v1.1.0#2 on c3 at 4"), TWO, "version-once"),
        (("delete m@v1.1.0", "m@v1.2.0 on c2 at 4"), TWO, "version-per-commit"),
        (("move m@v1.1.0 on c5 at 4", "m@v1.2.0 on c2 at 5"), TWO, "version-per-commit"),
        (("delete m#prod!", "m#prod!#2 on c1 at 4"), (*ONE, "m#prod on c1 at 2", "m#prod! on c1 at 3"), "state-exists"),
    ],
)
def test_what_a_push_deletes_or_moves_does_not_count_for_its_other_tags(
    pushed: Sequence[str], existing: Sequence[str], rule: str
) -> None:
    assert rule in rules(pushed, existing, LOOSE)


def test_what_a_push_deletes_counts_against_its_other_tags() -> None:
    assert rules(("delete m@v1.0.0", "m#prod on c1 at 4"), ONE, LOOSE) == {"state-exists"}


COMMITS = ("c1", "c2", "c3")
VERSIONS = ("v1.0.0", "v1.0.1", "v1.1.0", "v2.0.0")
STAGES = ("dev", "prod")
names = st.one_of(
    st.sampled_from([f"m@{version}{end}" for version in VERSIONS for end in ("", "", "!")]),
    st.sampled_from([f"m#{stage}{end}" for stage in STAGES for end in ("", "", "!")]),
    st.just("m@deprecated"),
)
lines = st.builds(lambda name, on, at: (name, on, at), names, st.sampled_from(COMMITS), st.integers(1, 12))


@st.composite
def pushes(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """A history that was accepted tag by tag, and a push of a few more."""
    history: list[str] = []
    pushed: list[str] = []
    for number, (name, on, at) in enumerate(draw(st.lists(lines, max_size=8))):
        line = f"{name}#{number} on {on} at {at}"
        if not rules([line], history):
            history.append(line)
    for number, (name, on, at) in enumerate(draw(st.lists(lines, min_size=2, max_size=4))):
        pushed.append(f"{name}#{100 + number} on {on} at {at}")
    return history, pushed


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(pushes(), st.sampled_from(["", PATH, STEP, PATH + STEP]))
def test_an_accepted_push_is_right_whichever_of_its_tags_a_later_hook_refuses(
    push: tuple[list[str], list[str]], policy: str
) -> None:
    history, pushed = push
    while found := {finding.tag for finding in errors(pushed, history, policy, singly=True)}:
        pushed = [line for line in pushed if line.split()[0] not in found]
    assume(len(pushed) > 1)

    for landed in subsets(pushed):
        assert rules(landed, history, policy) == set(), landed


def subsets(pushed: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(pushed) + 1):
        yield from combinations(pushed, size)
