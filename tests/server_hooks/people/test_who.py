"""Who may do what, and by whose policy, by real pushes over HTTP with names and passwords."""

from __future__ import annotations

import re

import pytest

from support import Repo, Server
from support.people import PEOPLE, POLICY, Push, newest, stands, tag_and_push
from support.played_examples import run_printed

# Who may make which event of churn, and of fraud; {n} is each person's own number.
ALLOWED = {
    "@v2.{n}.0": (["ada", "grace"], PEOPLE),
    "@v1.{n}.0!": (["ada", "grace"], PEOPLE),
    "#prod": (["grace"], ["grace"]),
    "#dev": (PEOPLE, PEOPLE),
    "#prod!": (["grace"], ["grace"]),
    "#dev!": (PEOPLE, PEOPLE),
    "@deprecated": (["linus"], ["linus"]),
}


@pytest.mark.parametrize(
    ("event", "model"),
    [
        pytest.param(event, model, marks=[pytest.mark.thorough] if model == "fraud" and churn == fraud else [])
        for event, (churn, fraud) in ALLOWED.items()
        for model in ("churn", "fraud")
    ],
)
def test_exactly_those_whom_the_policy_names_may_push_an_event(
    event: str, model: str, governed: Server, clone: Repo, push: Push
) -> None:
    allowed = ALLOWED[event][model == "fraud"]
    existing = []
    for number in range(len(PEOPLE)):
        clone.commit()
        # What is to be deregistered is in no governed stage.
        names = [f"{model}@v1.{number}.0", f"{model}#dev#{number}", f"{model}#prod#{number}"]
        count = {"#prod!": 3, "#dev!": 3, "@v1.{n}.0!": 2}.get(event, 1)
        for name in names[:count]:
            clone.tag(name)
            existing.append(name)
    stands(governed, clone, *existing)

    pushed = {}
    for number, who in enumerate(PEOPLE):
        name = model + event.format(n=number)
        if name in existing or not event.startswith("@v"):
            name += f"#1{number}"
        target = f"{model}@v1.{number}.0^{{commit}}"
        if event == "@v2.{n}.0":
            target = clone.commit()
        pushed[who] = tag_and_push(clone, push, who, name, target=target)

    assert {who for who, result in pushed.items() if result.ok} == set(allowed), pushed
    assert {rule for result in pushed.values() if not result.ok for rule in result.rules} <= {"who"}


# What the stranger pushes after v1.0.0 and its assignment, and whom they are told to ask.
ASKED = [("@v2.0.0", "linus", "ada or grace"), ("#prod#2", "ada", "grace"), ("#prod!", "ada", "grace"),
         ("@v1.0.0!", "ada", "grace"), ("@deprecated", "ada", None)]  # fmt: skip


@pytest.mark.parametrize(("event", "stranger", "asked"), ASKED)
def test_who_may_not_push_is_told_whom_to_ask_for_which_command(
    event: str, stranger: str, asked: str | None, governed: Server, clone: Repo, push: Push, url: str
) -> None:
    for name in ("churn@v1.0.0", "churn#prod"):
        clone.tag(name)
    stands(governed, clone, "churn@v1.0.0", "churn#prod")
    target = "churn@v1.0.0^{commit}"
    if event == "@v2.0.0":
        target = clone.commit()
        assert push("grace", "main").ok

    refused = tag_and_push(clone, push, stranger, f"churn{event}", target=target)

    told = re.search(r"(?m)^remote: +fix: ask (.*) to run: (.*?) *$", refused.stderr)
    assert refused.refused_by == {"who"}
    # Linus may deprecate, but not take versions out of prod; nobody may do both.
    assert (told and told[1]) == asked, refused.stderr
    if told:
        other = governed.clone()
        other.git("remote", "set-url", "origin", url.replace("NAME", told[1].split()[-1]))
        other.git("config", "core.editor", "echo As agreed >")
        ran = run_printed(told[2], other)
        assert ran.returncode == 0, ran.stderr


def test_the_log_says_who_it_was(governed: Server, clone: Repo, push: Push) -> None:
    assert not tag_and_push(clone, push, "linus", "churn@v1.0.0").ok
    refused = newest(governed)
    assert tag_and_push(clone, push, "ada", "churn@v1.0.0").ok
    accepted = newest(governed)

    assert [(line["outcome"], line["pusher"]["name"]) for line in (refused, accepted)] == [  # type: ignore[index]
        ("refused", "linus"),
        ("accepted", "ada"),
    ]
    assert refused["policies"][0]["findings"][0]["rule"] == "who"  # type: ignore[index]


def test_nobody_is_believed_who_only_says_so(clone: Repo, push: Push) -> None:
    clone.git("config", "user.name", "ada")
    clone.git("config", "user.email", "ada@example.com")
    clone.git("config", "--add", "http.extraHeader", "Remote-User: ada")
    clone.git("config", "--add", "http.extraHeader", "X-Remote-User: ada")

    assert tag_and_push(clone, push, "linus", "churn@v1.0.0").refused_by == {"who"}


def test_where_nobody_is_configured_to_be_believed_nobody_is_known(governed: Server, clone: Repo, push: Push) -> None:
    governed.git("config", "--unset", "tagwarden.pusher")
    result = tag_and_push(clone, push, "ada", "churn@v1.0.0")

    assert result.refused_by == {"who"}
    assert "tagwarden.pusher is not set in the server's Git configuration" in result.stderr


def test_a_local_push_has_no_name(clone: Repo) -> None:
    clone.tag("churn@v1.0.0")
    result = clone.push("refs/tags/churn@v1.0.0")

    assert result.refused_by == {"who"}
    assert "the server did not set REMOTE_USER" in result.stderr


def test_deleting_what_took_a_version_out_of_a_stage_takes_leave_to_assign(
    governed: Server, clone: Repo, push: Push
) -> None:
    governed.commit_on_main({"tagwarden.toml": POLICY + '[rules]\ntag-permanent = "off"\n'})
    for tag in ("fraud@v1.0.0", "fraud#prod", "fraud#prod!"):
        clone.tag(tag)
    stands(governed, clone, "fraud@v1.0.0", "fraud#prod", "fraud#prod!")

    assert push("ada", ":refs/tags/fraud#prod!").refused_by == {"who"}
    assert push("grace", ":refs/tags/fraud#prod!").ok


# Stages, by whatever a version goes out of them or comes back

STAGE_POLICY = """
[people]
groups.releasers = ["grace"]
[[people.allow]]
who = ["@releasers"]
stages = ["prod"]
"""


@pytest.fixture
def staged(governed: Server, clone: Repo) -> Server:
    """A server on which only grace may touch prod, which holds v2.0.0 of churn, and v1.0.0 before it."""
    governed.commit_on_main({"tagwarden.toml": STAGE_POLICY})
    first = clone.commit()
    for tag, target in (("churn@v1.0.0", first), ("churn@v2.0.0", clone.commit())):
        clone.tag(tag, target)
    tags = ["churn@v1.0.0", "churn@v2.0.0", "churn#prod#1", "churn#prod#2"]
    clone.tag("churn#prod#1", first)
    clone.tag("churn#prod#2")
    stands(governed, clone, *tags)
    return governed


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize("tag", ["churn@v2.0.0!", "churn@deprecated"])
def test_taking_a_version_out_of_the_registry_takes_leave_for_its_stages(clone: Repo, push: Push, tag: str) -> None:
    refused = tag_and_push(clone, push, "ada", tag)

    assert refused.refused_by == {"who"}
    assert "'prod'" in refused.stderr
    assert push("grace", f"refs/tags/{tag}").ok


def test_bringing_a_deprecated_model_back_takes_leave_for_its_stages(staged: Server, clone: Repo, push: Push) -> None:
    clone.tag("churn@deprecated")
    stands(staged, clone, "churn@deprecated")
    clone.commit()

    assert tag_and_push(clone, push, "ada", "churn@v3.0.0").refused_by == {"who"}
    assert push("grace", "refs/tags/churn@v3.0.0").ok


def test_another_line_of_the_push_is_no_leave(staged: Server, clone: Repo, push: Push) -> None:
    """Git drops the unassignment alone, by a hook that is not ours."""
    staged.git("config", "tagwarden.pusher", "http")
    clone.tag("churn#prod!#3")
    clone.tag("churn@v2.0.0!")

    assert push("ada", "refs/tags/churn#prod!#3", "refs/tags/churn@v2.0.0!").refused_by == {"who"}


# The policy is not the pusher's


def test_a_policy_that_is_pushed_along_does_not_count_yet(clone: Repo, push: Push) -> None:
    clone.git("pull", "--quiet", "--rebase")
    clone.commit({"tagwarden.toml": ""})
    clone.tag("churn@v1.0.0")

    assert push("linus", "--atomic", "main", "refs/tags/churn@v1.0.0").refused_by == {"who"}
    assert push("linus", "main").ok
    assert push("linus", "refs/tags/churn@v1.0.0").ok


def test_a_policy_at_the_tagged_commit_or_on_another_branch_does_not_count(clone: Repo, push: Push) -> None:
    clone.git("switch", "--quiet", "--create", "mine")
    clone.commit({"tagwarden.toml": ""})

    assert push("linus", "mine").ok
    assert tag_and_push(clone, push, "linus", "churn@v1.0.0").refused_by == {"who"}


def test_a_policy_that_only_evaluates_logs_what_it_would_have_refused(
    governed: Server, clone: Repo, push: Push
) -> None:
    governed.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n' + POLICY})

    assert tag_and_push(clone, push, "linus", "churn@v1.0.0").ok
    (policy,) = newest(governed)["policies"]  # type: ignore[misc]
    assert (policy["mode"], policy["accepted"]) == ("evaluate", True)
    assert [finding["rule"] for finding in policy["findings"]] == ["who"]


def test_a_push_that_can_not_be_logged_is_refused(governed: Server, clone: Repo, push: Push) -> None:
    (governed.path / "tagwarden" / "push-log.jsonl").mkdir(parents=True)
    result = tag_and_push(clone, push, "ada", "churn@v1.0.0")

    assert not result.ok
    assert "A push that is not logged is not accepted" in result.stderr
    assert not governed.tags()


def test_the_tagger_must_be_the_pusher(governed: Server, clone: Repo, push: Push) -> None:
    governed.commit_on_main({"tagwarden.toml": '[rules]\ntagger-is-pusher = "error"\n'})

    assert tag_and_push(clone, push, "grace", "churn@v1.0.0").refused_by == {"tagger-is-pusher"}
    assert push("ada", "refs/tags/churn@v1.0.0").ok
