"""`policy try`: what a policy would change, for the tags that stand and for the pushes in the push log."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden

NO_PRERELEASES = "[versions]\nprerelease = false\n"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "tried.toml"
    file.write_text(NO_PRERELEASES)
    return file


@pytest.fixture
def clone(server: Server) -> Repo:
    """A clone that has pushed v1.0.0-rc.1, then v1.0.0, and was refused v0.9.0."""
    clone = server.clone()
    for version in ("v1.0.0-rc.1", "v1.0.0"):
        clone.commit()
        clone.tag(f"m@{version}")
        assert clone.push("main", f"m@{version}").ok
    clone.commit()
    clone.tag("m@v0.9.0")
    assert not clone.push("m@v0.9.0").ok
    return clone


def test_a_stricter_policy_names_the_tags_and_the_pushes_that_it_would_refuse(
    server: Server, clone: Repo, policy: Path
) -> None:
    ran = tagwarden(server.path, "policy", "try", str(policy))

    assert ran.status == 1
    what = "m@v1.0.0-rc.1 [version-form] version v1.0.0-rc.1 is a pre-release, 'rc.1'"
    _, tags, tag, pushes, push, undetermined = ran.out.splitlines()
    assert tags == "existing tags: 2; newly wrong: 1; no longer wrong: 0"
    assert tag == f"  newly wrong: {what}"
    assert pushes == "pushes in the push log: 2; newly refused: 1; no longer refused: 0"
    assert push.startswith("  newly refused: line 1, ")
    assert push.endswith(what)
    assert undetermined == "  can't be judged again, because their objects no longer exist: 1"


def test_a_more_lenient_policy_names_what_it_would_let_in(server: Server, clone: Repo, policy: Path) -> None:
    server.commit_on_main({"tagwarden.toml": NO_PRERELEASES})
    policy.write_text("")

    found = tagwarden(server.path, "policy", "try", str(policy), "--json")

    assert found.status == 0
    assert [one["rule"] for one in found.json["no_longer_wrong"]] == ["version-form"]
    assert [one["line"] for one in found.json["no_longer_refused"]] == [1]
    assert (found.json["newly_wrong"], found.json["newly_refused"]) == ([], [])


def test_a_push_is_judged_by_what_stood_before_it(server: Server, clone: Repo, policy: Path) -> None:
    clone.git("tag", "-d", "m@v0.9.0")
    clone.tag("m#prod", "m@v1.0.0-rc.1^{commit}")
    assert clone.push("m#prod").ok
    clone.tag("m#dev", "m@v1.0.0-rc.1^{commit}")
    assert clone.push("m#dev").ok
    policy.write_text('[stages]\npath = ["dev", "prod"]\n')

    found = tagwarden(server.path, "policy", "try", str(policy), "--json").json

    assert [(one["line"], [each["rule"] for each in one["findings"]]) for one in found["newly_refused"]] == [
        (4, ["stage-path"])
    ]


def test_who_pushed_is_known_from_the_log(server: Server, policy: Path) -> None:
    server.git("config", "tagwarden.pusher", "env:PUSHER")
    clone = server.clone()
    for number, pusher in enumerate(("ada", "bob")):
        clone.commit()
        clone.tag(f"m@v1.{number}.0")
        assert clone.push("main", f"m@v1.{number}.0", env={"PUSHER": pusher}).ok
    policy.write_text('[[people.allow]]\nwho = ["ada"]\n')

    found = tagwarden(server.path, "policy", "try", str(policy), "--json").json

    assert [(one["line"], one["name"]) for one in found["newly_refused"]] == [(2, "bob")]


def test_a_push_whose_tag_is_gone_is_not_judged_and_a_line_that_says_nothing_is_passed_over(
    server: Server, clone: Repo, policy: Path
) -> None:
    server.git("update-ref", "-d", "refs/tags/m@v1.0.0")
    server.git("reflog", "expire", "--expire=now", "--all")
    server.git("prune", "--expire=now")
    with (server.path / "tagwarden" / "push-log.jsonl").open("a") as log:
        log.write("{}\nno JSON\n")

    found = tagwarden(server.path, "policy", "try", str(policy), "--json").json

    assert (found["pushed_before"], found["not_judged"]) == (1, 2)
    assert [one["line"] for one in found["newly_refused"]] == [1]


def test_without_a_push_log_the_tags_alone_are_judged(clone: Repo, policy: Path) -> None:
    clone.git("tag", "-d", "m@v0.9.0")

    ran = tagwarden(clone.path, "policy", "try", str(policy))

    assert ran.status == 1
    assert "push log" not in ran.out
    assert tagwarden(clone.path, "policy", "try", str(policy.with_name("none.toml"))).status == 1
    policy.write_text("models = 1\n")
    assert tagwarden(clone.path, "policy", "try", str(policy)).status == 3


def test_what_a_site_policy_refuses_anyhow_is_not_newly_refused(server: Server, clone: Repo, policy: Path) -> None:
    site = policy.with_name("site.toml")
    site.write_text(NO_PRERELEASES)
    server.git("config", "tagwarden.sitePolicy", f"file:{site}")

    same = tagwarden(server.path, "policy", "try", str(policy), "--json")

    assert same.status == 0
    assert not any(same.json[key] for key in ("newly_wrong", "newly_refused", "no_longer_wrong", "no_longer_refused"))


def test_a_site_policy_is_tried_in_the_place_of_the_one_that_is_set(server: Server, clone: Repo, policy: Path) -> None:
    stricter = tagwarden(server.path, "policy", "try", str(policy), "--site", "--json")
    server.git("config", "tagwarden.sitePolicy", f"file:{policy}")
    lenient = policy.with_name("lenient.toml")
    lenient.write_text("")

    found = tagwarden(server.path, "policy", "try", str(lenient), "--site", "--json")

    assert (stricter.status, [one["line"] for one in stricter.json["newly_refused"]]) == (1, [1])
    assert (found.status, [one["line"] for one in found.json["no_longer_refused"]]) == (0, [1])
