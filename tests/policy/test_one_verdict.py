"""Server, client, CI and audit say the same of the same tags, whatever was pushed and whichever policy judges."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.meaning import Meaning, Step
from support.plans import fulfil, plans
from support.random_registry import BEGINNING, InMemory, Plan, made, name_of
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.grammar.names import tag_spelling
from tagwarden.policy.registry.before import counting_before
from tagwarden.policy.registry.event import Event, read_event
from tagwarden.policy.verdict import Verdict

POLICIES = (
    "",
    'versions.order = "major"',
    'versions.order = "minor"\n[rules]\nversion-step = "error"',
    'versions.order = "any"\nversions.prerelease = false',
    'rules.version-step = "error"',
    'rules.counter = "error"',
    'stages.path = ["dev", "prod"]',
    'stages.path = ["dev", "us-east-1", "prod"]\nstages.once-assigned-permanent = ["prod"]',
    'stages.names = ["dev", "prod"]',
    '[[override]]\nmodels = ["churn"]\nversions.order = "any"\nstages.path = ["dev", "prod"]',
)

# What CI and audit may hold against a tag that the server accepted. These rules compare a tag with those that came
# before it. Only the server saw which those were; later the dates tell, and dates may say another order.
BY_ARRIVAL = frozenset(("version-order", "version-step", "counter"))

# What an audit may say of a tag in a damaged registry that CI accepts: GTO dies of a second version on a commit that
# is assigned. CI refuses the job of that version; an audit names all tags of the commit, for any may be at fault.
ALL_OF_A_COMMIT = frozenset(("state-exists",))

# What CI may say of a tag that an audit accepts: the number before it is dated later, or the registration that it
# needs is, whose counter then counts, too. Without damage both came by the tag's own push.
DATED_LATER = frozenset(("version-step", "counter"))


class Landed(NamedTuple):
    """A tag, and the number of the push that brought it."""

    push: int
    step: Step


def _came_otherwise(one: Landed, other: Landed) -> bool:
    if one.push < other.push:
        return one.step.time >= other.step.time
    return one.step.time <= other.step.time


class Places(InMemory):
    """A registry under `policy`, and what each place says of its tags."""

    def __init__(self, policy: str) -> None:
        super().__init__()
        self.policy = load_policy(policy.encode())
        self.landed: list[Landed] = []

    def now(self, steps: list[Step]) -> Verdict:
        """The server's verdict on a push; the client's is the same."""
        tags, existing = made(steps), list(self.tags.values())
        verdict = self.judge(steps, tags, existing)
        client = self.judge(steps, tags, existing, place="client")
        assert (client.accepted, client.findings) == (verdict.accepted, verdict.findings)
        return verdict

    def land(self, steps: list[Step]) -> None:
        number = len(self.landed)
        self.tags.update(made(steps))
        self.landed += [Landed(number, step) for step in steps]

    def later(self, step: Step) -> set[str]:
        """What CI and `check --remote` say of a tag: the rules that refuse it."""
        events = self._events(step.model)
        (own,) = [event for event in events if event.tag == step.tag]
        before = counting_before(own, [event for event in events if event != own])
        verdict = self.judge([step], self.tags, [self.tags[event.tag] for event in before], place="client")
        return {finding.rule for finding in verdict.findings}

    def audit(self) -> dict[str, set[str]]:
        """What an audit says: the rules that each tag breaks."""
        verdict = self.judge([step for _, step in self.landed], self.tags, [], place="history")
        found: dict[str, set[str]] = {step.tag: set() for _, step in self.landed}
        for finding in verdict.findings:
            found[finding.tag or ""].add(finding.rule)
        return found

    def dates_tell_another_order(self, landed: Landed) -> bool:
        """Whether another tag of the model came before or after it, and by its date did not."""
        return any(
            other.step.model == landed.step.model and _came_otherwise(other, landed)
            for other in self.landed
            if other != landed
        )

    def its_push_brought_a_version_dated_later(self, landed: Landed) -> bool:
        """Whether the number before it, or its registration, may have come by the same push, and with a later date."""
        return any(
            (one.push, one.step.model, one.step.kind) == (landed.push, landed.step.model, "register")
            and one.step.time > landed.step.time
            for one in self.landed
        )

    def _events(self, model: str) -> list[Event]:
        found = [read_event(tag, name_of(tag)) for tag in self.tags.values()]
        return [event for event in found if event and event.name.model == tag_spelling(model)]


def played(plan: Plan, policy: str, *, gate: bool) -> Places:
    """The registry after the plan's pushes; without a `gate` single tags that it would refuse land, too."""
    places, meaning, clock = Places(policy), Meaning(), BEGINNING
    for push in plan:
        steps = fulfil(push, meaning, places.commits, clock)
        new = len(steps) == 1 and steps[0].tag not in places.tags
        if places.now(steps).accepted or (new and not gate):
            places.land(steps)
            meaning.take(steps)
            clock = max(clock, *(step.time for step in steps))
    return places


def what_the_server_accepted_is_accepted(plan: Plan, policy: str) -> None:
    places = played(plan, policy, gate=True)
    audit = places.audit()
    for landed in places.landed:
        step = landed.step
        allowed = BY_ARRIVAL if places.dates_tell_another_order(landed) else frozenset()
        if places.its_push_brought_a_version_dated_later(landed):
            allowed |= DATED_LATER
        assert places.later(step) <= allowed, (step, policy)
        assert audit[step.tag] <= allowed, (step, policy)


def ci_and_audit_refuse_the_same(plan: Plan, policy: str) -> None:
    places = played(plan, policy, gate=False)
    audit = places.audit()
    for _, step in places.landed:
        later = places.later(step)
        assert audit[step.tag] or later <= DATED_LATER, (step, policy, later)
        assert later or audit[step.tag] <= ALL_OF_A_COMMIT, (step, policy, audit[step.tag])


@given(plan=plans(pushes=24), policy=st.sampled_from(POLICIES))
@settings(max_examples=40, derandomize=True)
def test_what_the_server_accepted_ci_and_audit_accept(plan: Plan, policy: str) -> None:
    what_the_server_accepted_is_accepted(plan, policy)


@given(plan=plans(pushes=24), policy=st.sampled_from(POLICIES))
@settings(max_examples=40, derandomize=True)
def test_of_a_damaged_registry_ci_and_audit_refuse_the_same_tags(plan: Plan, policy: str) -> None:
    ci_and_audit_refuse_the_same(plan, policy)


@pytest.mark.thorough
@given(plan=plans(pushes=60), policy=st.sampled_from(POLICIES))
@settings(max_examples=2000)
def test_what_the_server_accepted_ci_and_audit_accept_at_length(plan: Plan, policy: str) -> None:
    what_the_server_accepted_is_accepted(plan, policy)


@pytest.mark.thorough
@given(plan=plans(pushes=40), policy=st.sampled_from(POLICIES))
@settings(max_examples=2000)
def test_of_a_damaged_registry_ci_and_audit_refuse_the_same_tags_at_length(plan: Plan, policy: str) -> None:
    ci_and_audit_refuse_the_same(plan, policy)


def test_an_assignment_may_share_the_second_of_one_that_was_over() -> None:
    places = Places("")
    first, second = places.commits[:2]
    story = (
        Step("churn", "register", first, 1, version="v1.0.0"),
        Step("churn", "register", second, 2, version="v1.1.0"),
        Step("churn", "assign", first, 3, stage="prod"),
        Step("churn", "unassign", first, 4, stage="prod"),
        Step("churn", "assign", second, 3, stage="prod", counter="2"),
    )
    for step in story:
        assert places.now([step]).accepted
        places.land([step])

    assert not any(places.audit().values())
    assert [places.later(step) for step in story] == [set()] * len(story)


def test_two_assignments_in_force_may_not_share_a_second() -> None:
    places = Places("")
    first, second = places.commits[:2]
    places.land([Step("churn", "register", first, 1, version="v1.0.0")])
    places.land([Step("churn", "register", second, 2, version="v1.1.0")])
    places.land([Step("churn", "assign", first, 3, stage="prod")])
    tied = Step("churn", "assign", second, 3, stage="prod", counter="2")
    assert not places.now([tied]).accepted

    places.land([tied])

    assert places.audit()[tied.tag] == places.later(tied) == {"event-time"}


def test_a_version_that_was_withdrawn_on_another_commit_is_still_the_latest() -> None:
    places = Places("")
    first, second, third = places.commits[:3]
    for step in (
        Step("churn", "register", first, 1, version="v1.0.0"),
        Step("churn", "deregister", third, 2, version="v1.0.0"),
    ):
        places.land([step])
    lower = Step("churn", "register", second, 3, version="v0.9.0")
    places.land([lower])

    assert places.audit()[lower.tag] == places.later(lower) == {"version-order"}


def test_of_one_second_the_lower_version_is_counted_first() -> None:
    places = Places('rules.counter = "error"')
    higher = Step("churn", "register", places.commits[0], 1, version="v1.0.0", counter="2")
    lower = Step("churn", "register", places.commits[1], 1, version="v1.0.0-rc.1", counter="1")
    places.land([higher])
    places.land([lower])

    assert places.audit() == {higher.tag: set(), lower.tag: set()}
    assert places.later(lower) == places.later(higher) == set()
