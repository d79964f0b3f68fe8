"""A clone's hook, the server's, `check`, CI and audit say the same of random pushes, each by its own way to the facts.

`tests/policy/test_one_verdict.py` holds their judges against each other, with many more pushes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from support import Repo, Server
from support.command_line import tagwarden
from support.meaning import Meaning, Step
from support.plans import fulfil, plans
from support.random_registry import BEGINNING, Plan, tag_bytes
from tagwarden.hooks.install import install

POLICIES = ("", 'versions.order = "major"', 'stages.path = ["dev", "prod"]', 'target.branches = ["main"]')
# What was pushed together, and in which order, is not known later (docs/ci.md).
BY_ARRIVAL = {"version-order"}

NUMBERS = count()

NewServer = Callable[..., Server]


def errors(repo: Repo, *command: str) -> set[tuple[str, str]]:
    """The rules that are broken, each with its tag, as one command says."""
    ran = tagwarden(repo.path, *command, "--json")
    assert ran.status in (0, 1), ran.err
    return {(one["tag"], one["rule"]) for one in ran.json["findings"] if one["severity"] == "error"}


def judge_in_ci(clone: Repo, tag: str) -> set[tuple[str, str]]:
    with mock.patch.dict(os.environ, {"GITHUB_ACTIONS": "true", "GITHUB_REF": f"refs/tags/{tag}"}):
        return errors(clone, "check", "--event")


def pushed(clone: Repo, steps: list[Step]) -> bool:
    """Push the tags past the clone's hook and with it, which must say the same; whether they landed."""
    for step in steps:
        clone.raw_tag(step.tag, tag_bytes(step))
    tags = [f"refs/tags/{step.tag}" for step in steps]
    warned = errors(clone, "check", *tags)
    by_hook = clone.push(*tags)
    if by_hook.ok:
        assert warned == set()
        return True
    by_server = clone.push("--no-verify", *tags)
    assert not by_server.ok
    assert by_server.rules == by_hook.client_rules == {rule for _, rule in warned}
    for tag in tags:
        clone.git("update-ref", "-d", tag)
    return False


def all_say_the_same(new_server: NewServer, plan: Plan, policy: str) -> None:
    server = new_server(name=f"{next(NUMBERS)}.git")
    server.commit_on_main({"tagwarden.toml": policy})
    clone = server.clone()
    for _ in range(12):
        clone.commit()
    clone.git("push", "--quiet", "origin", "main")
    install(str(clone.path))
    commits = clone.git("rev-list", "main").splitlines()
    meaning, clock, landed = Meaning(), BEGINNING, []
    for push in plan:
        steps = fulfil(push, meaning, commits, clock)
        if any(step.tag in server.tags() for step in steps):
            continue  # a tag that is moved is judged by its name alone
        if pushed(clone, steps):
            meaning.take(steps)
            landed += [step.tag for step in steps]
            clock = max(clock, *(step.time for step in steps))
    audited = errors(server, "audit")
    assert not audited
    for tag in landed:
        later = errors(clone, "check", tag)
        assert later == judge_in_ci(clone, tag)
        assert {rule for _, rule in later} <= BY_ARRIVAL


@given(plan=plans(pushes=4), policy=st.sampled_from(POLICIES))
@settings(max_examples=1, derandomize=True)
def test_all_say_the_same_of_a_few_pushes(new_server: NewServer, plan: Plan, policy: str) -> None:
    all_say_the_same(new_server, plan, policy)


@pytest.mark.thorough
@given(plan=plans(pushes=14), policy=st.sampled_from(POLICIES))
@settings(max_examples=25, phases=(Phase.generate,))  # to shrink one would take hours
def test_all_say_the_same_of_many_pushes(new_server: NewServer, plan: Plan, policy: str) -> None:
    all_say_the_same(new_server, plan, policy)


@pytest.mark.parametrize("name", ["chrun@v1.0.0", "xchurn@v1.0.0", "churn1s@v1.0.0", "cv/seg@v1.0.0", "ab@v1.0.0"])
def test_a_clone_knows_of_the_remotes_models_with_similar_names(new_server: NewServer, name: str) -> None:
    server = new_server()
    guarded = server.clone()
    install(str(guarded.path))
    other = server.clone()
    existing = ("churn@v1.0.0", "churn1@v1.0.0", "cv=seg@v1.0.0", "AB@v1.0.0")
    for tag in existing:
        other.tag(tag)
    assert other.push(*existing).ok
    guarded.tag(name)

    checked = {one["rule"] for one in tagwarden(guarded.path, "check", name, "--json").json["findings"]}
    by_hook = guarded.push("--dry-run", name)
    by_server = guarded.push("--no-verify", name)

    assert checked == by_hook.client_rules == by_server.rules != set()


@pytest.mark.parametrize(("later", "rule"), [("Churn@v1.0.0", "model-case"), ("churns@v1.0.0", "near-name")])
def test_a_checkout_without_tags_holds_no_later_model_against_a_tag(
    new_server: NewServer, tmp_path: Path, later: str, rule: str
) -> None:
    server = new_server(hook=None)
    clone = server.clone()
    for tag in ("churn@v1.0.0", later):
        clone.tag(tag)
        assert clone.push(tag).ok
    clone.commit()  # Git sends the tags of the commit that it checks out.
    assert clone.push("main").ok
    checkout = Repo(tmp_path / "checkout")
    clone.git("clone", "--quiet", "--no-tags", "--depth=1", f"file://{server.path}", str(checkout.path))

    def rules_in_ci(tag: str) -> set[str]:
        with mock.patch.dict(os.environ, {"GITHUB_ACTIONS": "true", "GITHUB_REF": f"refs/tags/{tag}"}):
            return {one["rule"] for one in tagwarden(checkout.path, "check", "--event", "--json").json["findings"]}

    assert rules_in_ci("churn@v1.0.0") == set()
    assert rules_in_ci(later) == {rule}


@pytest.mark.parametrize(("first", "later"), [("churn", "Churn"), ("Churn", "churn")])
def test_of_models_that_differ_in_case_all_blame_the_one_that_came_later(
    new_server: NewServer, first: str, later: str
) -> None:
    server = new_server(hook=None)
    clone = server.clone()
    tags = [f"{first}@v1.0.0", f"{later}@v1.0.0", f"{first}#prod#1", f"{later}#prod#1"]
    for tag in tags:
        clone.tag(tag)
    assert clone.push(*tags).ok

    blamed = {(tags[1], "model-case")}

    assert errors(server, "audit") == errors(clone, "audit") == blamed
    assert set().union(*(judge_in_ci(clone, tag) for tag in tags)) == blamed
