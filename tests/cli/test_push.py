"""`tagwarden push`: in an order in which every beginning is accepted, in portions, and on after a lost race."""

from __future__ import annotations

import json

from support import Repo, Server
from support.client_set_ups import write_hook
from support.command_line import Ran, tagwarden


def history(clone: Repo) -> dict[str, str]:
    """Nine tags of two models on three commits that the server has; by name their commits."""
    first, second, third = (clone.commit({"number": str(number)}) for number in range(3))
    assert clone.push("main").ok
    story = {
        "churn@v1.0.0": first, "churn#dev#1": first, "fraud@v0.1.0": first, "churn@v1.1.0": second,
        "churn#dev#2": second, "churn#dev!#3": second, "churn@v1.1.0!": second, "churn@v1.2.0": third,
        "fraud@v0.2.0": third,
    }  # fmt: skip
    for tag, commit in story.items():
        clone.tag(tag, commit)
    return story


def pushes(server: Server) -> list[list[str]]:
    """The tags of each push that the server's log has, the oldest first."""
    lines = (server.path / "tagwarden" / "push-log.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert {one["outcome"] for one in found} <= {"accepted"}
    return [[update["ref"].removeprefix("refs/tags/") for update in one["updates"]] for one in found]


def left(ran: Ran) -> dict[str, str]:
    return {one["tag"]: one["because"] for one in ran.json["left"]}


def test_all_that_is_missing_is_pushed_by_three_and_in_the_order_of_its_dates(server: Server, clone: Repo) -> None:
    story = list(history(clone))
    clone.lightweight("nightly")

    ran = tagwarden(clone.path, "push")

    assert ran.status == 0
    assert [line.split() for line in ran.out.splitlines()] == [story[:3], story[3:6], story[6:]]
    assert [sorted(tags) for tags in pushes(server)[-3:]] == [sorted(story[:3]), sorted(story[3:6]), sorted(story[6:])]
    assert tagwarden(clone.path, "push").err == "origin has all tags; there is nothing to push\n"


def test_every_beginning_of_the_order_is_accepted(server: Server, clone: Repo) -> None:
    history(clone)
    # Dated before the version that it needs.
    fourth = clone.commit(message="Train")
    assert clone.push("main").ok
    clone.tag("late#dev#1", fourth, at=clone.clock + 1)
    clone.tag("late@v1.0.0", fourth)

    ran = tagwarden(clone.path, "push", "--portion", "1")

    assert ran.status == 0, ran
    order = [tag for (tag,) in (line.split() for line in ran.out.splitlines())]
    assert order.index("late@v1.0.0") < order.index("late#dev#1")
    assert len(order) == 11


def test_what_would_be_refused_is_left_with_the_reason(server: Server, clone: Repo) -> None:
    history(clone)
    clone.tag("churn@1.9")
    clone.lightweight("fraud@v9.0.0")

    ran = tagwarden(clone.path, "push", "--json")

    assert ran.status == 1
    assert {tag: why.partition("]")[0] for tag, why in left(ran).items()} == {
        "churn@1.9": "[tag-name", "fraud@v9.0.0": "[annotated"
    }  # fmt: skip
    assert len(server.tags()) == 9
    assert "not pushed: churn@1.9: [tag-name] " in ran.err


def test_a_dry_run_says_it_and_pushes_nothing(server: Server, clone: Repo) -> None:
    story = list(history(clone))

    ran = tagwarden(clone.path, "push", "origin", *story[:4], "--dry-run", "--json")

    assert (ran.status, ran.json["portions"], ran.json["left"]) == (0, [story[:3], story[3:4]], [])
    assert server.tags() == set()


def test_after_a_lost_race_the_rest_goes_on(server: Server, clone: Repo) -> None:
    story = history(clone)
    faster = server.clone()
    faster.clock = clone.clock
    faster.tag("fraud@v0.1.0", story["churn@v1.0.0"], message="Mine")
    once = f"#!/bin/sh\nrm $0\nunset GIT_DIR\ngit -C {faster.path} push --quiet origin refs/tags/fraud@v0.1.0\n"
    write_hook(clone.git_dir / "hooks" / "pre-push", once)

    ran = tagwarden(clone.path, "push", "--json")

    assert ran.status == 1, ran
    assert list(left(ran)) == ["fraud@v0.1.0"]
    assert left(ran)["fraud@v0.1.0"] == "'origin' has another tag of that name, which stays as it is"
    assert server.tags() == set(story)


def test_what_only_the_server_refuses_is_left_and_the_rest_goes_on(server: Server, clone: Repo) -> None:
    story = history(clone)
    policy = server.path / "policy.toml"
    policy.write_text('[models]\nnames = ["churn"]\n')
    server.git("config", "tagwarden.policy", f"file:{policy}")

    ran = tagwarden(clone.path, "push", "--json")

    assert ran.status == 1, ran
    assert left(ran) == {
        "fraud@v0.1.0": "'origin' refused it; what it said stands above",
        "fraud@v0.2.0": "'origin' refused it; what it said stands above",
    }
    assert server.tags() == {tag for tag in story if tag.startswith("churn")}


def test_a_remote_that_takes_nothing_is_not_asked_for_ever(server: Server, clone: Repo) -> None:
    story = history(clone)
    counter = server.path / "asked"
    write_hook(server.path / "hooks" / "pre-receive", f"#!/bin/sh\necho x >> {counter}\nexit 1\n")

    ran = tagwarden(clone.path, "push", "--json")

    assert (ran.status, ran.json["portions"], set(left(ran))) == (1, [], set(story))
    assert len(counter.read_text().split()) < 8
    assert "it was not tried, because 'origin' refused 3 in a row" in left(ran).values()


def test_where_the_remote_goes_away_what_is_left_is_told(server: Server, clone: Repo) -> None:
    story = history(clone)
    away = f"#!/bin/sh\n[ -e {clone.path}/once ] && mv {server.path} {server.path}.away\ntouch {clone.path}/once\n"
    write_hook(clone.git_dir / "hooks" / "pre-push", away)

    ran = tagwarden(clone.path, "push", "--json")

    assert ran.status == 3, ran
    pushed = [tag for portion in ran.json["portions"] for tag in portion]
    assert (pushed, list(left(ran))) == (list(story)[:6], list(story)[6:])
    assert (
        "3 tags not pushed; run the same command again to continue. The remote 'origin' could not be asked" in ran.err
    )


def test_what_is_not_there_is_named(clone: Repo) -> None:
    assert (
        "there is no remote 'churn@v1.0.0' here; `git remote` lists the remotes"
        in tagwarden(clone.path, "push", "churn@v1.0.0").err
    )
    assert "there is no tag 'churn@v1.0.0' here" in tagwarden(clone.path, "push", "origin", "churn@v1.0.0").err
    assert tagwarden(clone.path, "push", "origin", "churn@v1.0.0").status == 1
