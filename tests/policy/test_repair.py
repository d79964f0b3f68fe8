"""Plans of repair: what follows them is accepted, GTO lives, and nothing is lost that it could read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.gto_in_memory import gto_in_memory
from support.gto_reading import Model, Reading, read_by_gto, reading_of
from support.wrecks import INNER, NOW, TARGETS, pushes_of, wreck
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.file.policy import built_in_policy
from tagwarden.policy.grammar.names import TAGS, gto_spelling, tag_spelling
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.judging.judge import Judge
from tagwarden.policy.push import Circumstances, ModelPush, Tag, TagPush
from tagwarden.policy.registry.event import read_event
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.policy.repair.planned_tags import new_tag
from tagwarden.policy.repair.planner import gto_accepts_name, plan_repair
from tagwarden.policy.repair.step_judge import PlanContext
from tagwarden.policy.repair.steps import RepairPlan, Step
from tagwarden.policy.verdict import Finding

if TYPE_CHECKING:
    from tagwarden.policy.file.policy import Policy

POLICY = built_in_policy()
# One that has each step judged beside all tags, and finds the same.
THOROUGH = load_policy(b'[rules]\ncounter = "warning"\n')
Tags = dict[str, Tag]


def audited(tags: Tags) -> list[Finding]:
    judge = Judge(POLICY, Circumstances(NOW, "history", tag_state="landed"))
    for push in pushes_of(tags.values()):
        judge.judge_model(push)
    return [finding for finding in judge.findings if finding.severity == "error"]


def planned(tags: Tags, *policies: Policy) -> RepairPlan:
    ids = {TAGS + tag.name: tag.oid for tag in tags.values()}
    commits = {tag.oid: tag.object.target if tag.object else tag.oid for tag in tags.values() if tag.type != "blob"}
    commits = {oid: INNER.get(commit, commit) for oid, commit in commits.items()}
    context = PlanContext(policies or [POLICY], Circumstances(NOW, "client", tag_state="planned"), commits, TARGETS)
    return plan_repair(pushes_of(tags.values()), audited(tags), ids, context)


def accepted_by_a_server(update: TagPush, tags: Tags) -> bool:
    judge = Judge(POLICY, Circumstances(NOW, "server"))
    model = update.name.model if isinstance(update.name, TagName) else None
    existing = [tag for tag in tags.values() if model is not None and model_of(tag.name) == model]
    judge.judge_model(ModelPush(model, [update], existing, TARGETS, {}))
    return not [finding for finding in judge.findings if finding.severity == "error"]


def model_of(tag: str) -> str | None:
    name = parse_tag_name(tag)
    return name.model if isinstance(name, TagName) else None


def follow(steps: tuple[Step, ...], tags: Tags) -> Tags:
    """What stands after the steps. AssertionError where a server refuses one."""
    after = dict(tags)
    for step in steps:
        tag = step.ref.removeprefix(TAGS)
        assert after[tag].oid == step.oid
        deletion = TagPush(step.ref, parse_tag_name(tag), after[tag], None)
        assert step.by_administrator or accepted_by_a_server(deletion, after)
        del after[tag]
        if step.new_tag is not None:
            assert step.commit is not None
            name = parse_tag_name(step.new_tag)
            assert isinstance(name, TagName)
            time = step.tagger.time if step.tagger is not None else NOW + step.offset
            made = new_tag(name, step.commit, time, step.message)
            creation = TagPush(TAGS + made.name, name, None, made)
            assert step.by_administrator or accepted_by_a_server(creation, after)
            after[made.name] = made
    return after


def model_of_ref(finding: Finding) -> str:
    return (finding.tag or "").partition("@")[0].partition("#")[0]


def read_by_us(tags: Tags) -> Reading:
    histories: dict[str, ModelHistory] = {}
    for tag in tags.values():
        name = parse_tag_name(tag.name)
        event = read_event(tag, name) if isinstance(name, TagName) else None
        if event is not None:
            histories.setdefault(event.name.model, ModelHistory()).add(event)
    return {gto_spelling(model): reading_of(history) for model, history in histories.items()}


def gto_reads(tags: Tags) -> Reading | None:
    """What GTO says, None where it fails."""
    looked_at = [
        tag.object for tag in tags.values() if tag.object and (model_of(tag.name) or gto_accepts_name(tag.name))
    ]
    if not all(found.readable for found in looked_at):
        return None  # GTO gets these from libgit2, which fails
    with gto_in_memory(tags.values()):
        try:
            return read_by_gto("in memory")
        except Exception:  # noqa: BLE001 -- GTO fails in many ways
            return None


def lost(before: Reading, after: Reading) -> list[str]:
    """What `before` has and `after` has not: models, their versions by commit, what holds a stage, deprecations."""
    found = []
    for model, then in before.items():
        now = after.get(model)
        if now is None:
            found += [model] if then.versions or then.stages or then.deprecated else []
            continue
        still = {version for version, _ in now.versions}
        found += [f"{model} {version}" for version, _ in then.versions if version.isascii() and version not in still]
        found += [f"a version on {commit}" for commit in commits_of(then) - commits_of(now)]
        found += [
            f"{model}#{stage}"
            for stage, held in then.stages.items()
            if not commits_of_holder(held, then) & commits_of_holder(now.stages.get(stage, []), now)
        ]
        found += [f"{model}: deprecated is {now.deprecated}"] if then.deprecated != now.deprecated else []
    return found


def commits_of(model: Model) -> set[str]:
    return {INNER.get(commit, commit) for _, commit in model.versions}


def commits_of_holder(held: list[str], model: Model) -> set[str]:
    """Where the first holder of a stage is: the commits of a version, or a bare commit."""
    commits = {commit for version, commit in model.versions if version in held[:1]} or set(held[:1])
    return {INNER.get(commit, commit) for commit in commits}


def check(seed: int) -> None:
    tags = wreck(seed)
    before = gto_reads(tags)

    plan = planned(tags)
    assert plan.steps == planned(tags, THOROUGH).steps
    after = follow(plan.steps, tags)

    now = gto_reads(after)
    assert now is not None
    # What ties comes in the order of the refs for GTO; a tag of a tag, or an odd number, may have to stay.
    odd = {
        model_of_ref(one)
        for one in plan.left
        if one.rule in ("version-once", "event-time", "target-commit", "tag-name")
    }
    ours = read_by_us(after)
    assert {model: one for model, one in now.items() if tag_spelling(model) not in odd} == {
        model: one for model, one in ours.items() if tag_spelling(model) not in odd
    }
    if before is not None:
        assert not lost({model: one for model, one in before.items() if model != "other"}, now)
    assert {(one.rule, one.ref) for one in audited(after)} == {
        (one.rule, one.ref) for one in (*plan.left, *plan.ignored)
    }
    assert not planned(after).steps


@pytest.mark.parametrize("seed", range(60))
def test_a_followed_plan_leaves_a_registry_that_gto_reads_and_what_it_says_is_left(seed: int) -> None:
    check(seed)


@pytest.mark.thorough
@pytest.mark.parametrize("first", range(1000, 21000, 1000))
def test_so_do_the_plans_of_thousands(first: int) -> None:
    for seed in range(first, first + 1000):
        check(seed)


def test_of_very_many_tags_that_nobody_reads_each_is_made_again() -> None:
    tags = {f"m@v0.{n}.0": Tag(f"m@v0.{n}.0", f"{n:040x}", "commit", None) for n in range(1, 401)}

    made = [step.new_tag for step in planned(tags).steps]

    assert made == list(tags), "in the order of their versions, and none dated so far ahead that a server refuses it"
