"""Commands that create tags: what they create, what they refuse, and what they leave behind."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.creating import message_of, ok, time_of


def test_each_command_makes_the_tag_and_the_message_that_gto_makes(repo: Repo) -> None:
    made = {
        ok(repo, "register", "cv:seg"): "Registering artifact cv:seg version v0.0.1",
        ok(repo, "assign", "cv=seg", "prod"): "Assigning stage prod to artifact cv:seg version v0.0.1",
        ok(repo, "unassign", "cv:seg", "prod"): "Unassigning stage 'prod' to artifact 'cv:seg' version 'v0.0.1'",
        ok(repo, "deregister", "cv:seg", "v0.0.1"): "Deregistering artifact cv:seg version v0.0.1",
        ok(repo, "deprecate", "cv:seg"): "Deprecating artifact 'cv:seg'",
    }

    assert list(made) == [
        "cv=seg@v0.0.1",
        "cv=seg#prod#1",
        "cv=seg#prod!#2",
        "cv=seg@v0.0.1!",
        "cv=seg@deprecated",
    ]
    assert {tag: message_of(repo, tag) for tag in made} == made


def test_events_that_must_follow_each_other_are_a_second_apart(repo: Repo) -> None:
    ok(repo, "register", "churn")
    tags = [ok(repo, *command.split()) for command in ("assign churn prod", "unassign churn prod", "assign churn prod")]
    times = [time_of(repo, tag) for tag in tags]

    assert times == sorted(set(times))


def test_the_tag_is_not_dated_beyond_the_skew(repo: Repo) -> None:
    repo.tag("churn@v1.0.0", at=4_000_000_000)

    ran = tagwarden(repo.path, "deregister", "churn", "v1.0.0")

    assert ran.status == 1
    assert "[event-time]" in ran.err
    assert repo.tags() == {"churn@v1.0.0"}


VERSION_FILE = '[target.version-file]\npath = "pyproject.toml"\nkey = "project.version"\n'


def test_a_version_is_the_one_that_a_file_tells_where_the_policy_names_the_file(repo: Repo) -> None:
    repo.commit({"tagwarden.toml": VERSION_FILE, "pyproject.toml": 'project.version = "0.7.0"\n'})

    assert ok(repo, "register", "churn") == "churn@v0.7.0"
    repo.commit()
    forgotten = tagwarden(repo.path, "register", "churn")
    repo.commit({"pyproject.toml": "[[\n"})
    unreadable = tagwarden(repo.path, "register", "churn")
    bumped = tagwarden(repo.path, "register", "churn", "--bump", "minor")

    assert [ran.status for ran in (forgotten, unreadable, bumped)] == [1, 1, 1]
    assert "'churn@v0.7.1' registers v0.7.1" in forgotten.err
    assert "but 'pyproject.toml' says v0.7.0" in forgotten.err
    assert "and 'pyproject.toml' there can't be read as TOML" in unreadable.err
    assert "'churn@v0.8.0' registers v0.8.0" in bumped.err


def test_a_counter_counts_on_from_all_tags_of_the_model(repo: Repo) -> None:
    ok(repo, "register", "churn", "--counter")
    repo.lightweight("churn#zzz#41")

    assert ok(repo, "assign", "churn", "dev") == "churn#dev#42"
    assert ok(repo, "assign", "churn", "prod", "--simple") == "churn#prod"
    assert "churn@v0.0.1#1" in repo.tags()


def test_a_tag_that_ends_a_deprecation_says_so(repo: Repo) -> None:
    ok(repo, "register", "churn")
    ok(repo, "deprecate", "churn")
    note = "note: 'churn' is deprecated ('churn@deprecated'); this tag ends its deprecation"

    asked = tagwarden(repo.path, "assign", "churn", "prod", "--dry-run")
    made = tagwarden(repo.path, "assign", "churn", "prod")
    after = tagwarden(repo.path, "assign", "churn", "dev")

    assert note in asked.out + asked.err
    assert note in made.err
    assert "deprecat" not in after.err
    assert "deprecat" not in tagwarden(repo.path, "deprecate", "churn").err


def test_a_second_deprecation_gets_a_counter(repo: Repo) -> None:
    ok(repo, "register", "churn")
    ok(repo, "deprecate", "churn")
    repo.commit()
    ok(repo, "register", "churn")

    assert ok(repo, "deprecate", "churn") == "churn@deprecated#1"
    assert tagwarden(repo.path, "deprecate", "churn").status == 1


def test_pre_releases_are_counted_and_then_released(repo: Repo) -> None:
    made = []
    for options in (["--pre", "rc"], ["--pre", "rc"], [], ["--bump", "minor"]):
        repo.commit()
        made.append(ok(repo, "register", "churn", *options))

    assert made == ["churn@v0.0.1-rc.1", "churn@v0.0.1-rc.2", "churn@v0.0.1", "churn@v0.1.0"]


def test_a_stage_is_promoted_and_rolled_back(repo: Repo) -> None:
    ok(repo, "register", "churn")
    ok(repo, "assign", "churn", "prod")
    repo.commit()
    ok(repo, "register", "churn")
    ok(repo, "assign", "churn", "dev")
    ok(repo, "assign", "churn", "prod", "--from", "dev")
    assert tagwarden(repo.path, "resolve", "churn#prod").out == "v0.0.2\n"

    ran = tagwarden(repo.path, "unassign", "churn", "prod")

    assert "'prod' of 'churn' now holds v0.0.1" in ran.err
    assert tagwarden(repo.path, "resolve", "churn#prod").out == "v0.0.1\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["register", "churn", "--version", "1.2.3"], "'1.2.3' is not a valid version: the 'v'"),
        (["register", "churn", "no-such-branch"], "there is no commit 'no-such-branch'"),
        (["register", "churn"], "[version-per-commit]"),
        (["register", "my.model"], "can't be a model's name"),
        (["register", "churn", "--pre", "{team}"], "names {team}"),
        (["register", "churn", "--version", "v0.0.1"], "v0.0.1 of 'churn' is registered already, on this commit"),
        (["assign", "churn", "prod."], "can't be a stage's name"),
        (["assign", "churn", "dev"], "in 'dev' already"),
        (["assign", "churn", "prod", "--from", "qa"], "is in 'qa'; there is something in: dev (v0.0.1)"),
        (["assign", "fraud", "prod"], "there is no model 'fraud'; the models are: churn"),
        (["unassign", "churn", "prod"], "no version of 'churn' is in 'prod'"),
        (["unassign", "churn", "dev", "--version", "v9.0.0"], "has no version v9.0.0; its versions are: v0.0.1"),
        (["deregister", "churn", "v9.0.0"], "has no version v9.0.0"),
        (["deprecate", "fraud"], "there is no model 'fraud'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_comes_to_no_tag_is_a_no_that_says_what_there_is(repo: Repo, args: list[str], said: str) -> None:
    ok(repo, "register", "churn")
    ok(repo, "assign", "churn", "dev")
    before = repo.refs()

    ran = tagwarden(repo.path, *args)

    assert ran.status == 1
    assert said in ran.err
    assert ran.out == ""
    assert repo.refs() == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["register"], "Missing argument 'MODEL'"),
        (["register", "churn", "--version", "v1.0.0", "--bump", "major"], "--version can't be combined with"),
        (["register", "churn", "--set", "a=b"], "--set needs --pre"),
        (["register", "churn", "--pre", "x", "--set", "a"], "--set 'a' is not NAME=VALUE"),
        (["register", "churn", "--trailer", "a"], "--trailer 'a' is not KEY=VALUE"),
        (["register", "churn", "--trailer", "two words=a"], "--trailer 'two words=a' is not KEY=VALUE"),
        (["register", "churn", "--offline", "--push"], "--offline can't be combined with"),
        (
            ["assign", "churn", "prod", "--from", "dev", "--version", "v1.0.0"],
            "--version can't be combined with --from",
        ),
        (["deprecate", "churn", "v1.0.0"], "tagwarden deregister churn v1.0.0"),
        (["deprecate", "churn", "v1.0.0", "prod"], "tagwarden unassign churn prod --version v1.0.0"),
        (["deprecate", "churn", "v1.0.0", "prod", "x"], "deprecate takes one model"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_arguments_that_cannot_be_taken_in_are_a_usage_error(repo: Repo, args: list[str], said: str) -> None:
    ran = tagwarden(repo.path, *args)

    assert ran.status == 2
    assert said in ran.err


def test_a_dry_run_shows_the_object_and_the_verdict_and_writes_nothing(repo: Repo) -> None:
    ran = tagwarden(repo.path, "register", "churn", "--dry-run", "-m", "Trained", "-m", "again")

    assert ran.status == 0
    assert ran.out.startswith("object ")
    assert "\ntag churn@v0.0.1\ntagger Ada Lovelace <ada@example.com> " in ran.out
    assert ran.out.endswith("\n\nTrained\n\nagain\n")
    assert "churn@v0.0.1 would be accepted" in ran.err
    assert repo.tags() == set()


def test_json_is_the_verdict_and_what_was_made(repo: Repo) -> None:
    document = tagwarden(repo.path, "register", "churn", "--json").json

    assert document["accepted"] is True
    assert document["created"] is True
    assert (document["tag"], document["version"], document["pushed"]) == ("churn@v0.0.1", "v0.0.1", False)
    assert document["oid"] == repo.git("rev-parse", "refs/tags/churn@v0.0.1")

    refused = tagwarden(repo.path, "register", "churn", "--json")

    assert refused.status == 1
    assert refused.json["created"] is False
    assert [finding["rule"] for finding in refused.json["findings"]] == ["version-per-commit"]


def test_json_names_the_version_that_a_stage_is_about(repo: Repo) -> None:
    ok(repo, "register", "churn")

    for command in ("assign", "unassign"):
        document = tagwarden(repo.path, command, "churn", "prod", "--json").json
        assert (document["version"], document["stage"]) == ("v0.0.1", "prod")


def test_a_repository_without_a_commit_has_nothing_to_register(tmp_path: Path) -> None:
    ran = tagwarden(Repo.init(tmp_path / "new").path, "register", "churn")

    assert ran.status == 1
    assert "`git commit` creates one" in ran.err


def test_trailers_are_those_of_git(repo: Repo) -> None:
    ok(repo, "register", "churn", "-m", "Trained", "--trailer", "Dataset=abc", "--trailer", "AUC=0.9")

    assert message_of(repo, "churn@v0.0.1") == "Trained\n\nDataset: abc\nAUC: 0.9"


def test_the_editor_gets_the_message_first(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\ngrep -q "^Registering artifact churn" "$1" && echo "Edited" >> "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", str(script))

    ok(repo, "register", "churn", "--edit")

    assert message_of(repo, "churn@v0.0.1") == "Registering artifact churn version v0.0.1\n\nEdited"


def test_an_empty_message_from_the_editor_makes_no_tag(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EDITOR", "truncate -s 0")

    ran = tagwarden(repo.path, "register", "churn", "--edit")

    assert (ran.status, repo.tags()) == (1, set())
    assert "the message is empty" in ran.err


def test_the_next_version_follows_tags_that_only_the_remote_has(server: Server, clone: Repo) -> None:
    other = server.clone()
    ok(other, "register", "churn", "--push")
    clone.commit()

    assert ok(clone, "register", "churn", "--dry-run").splitlines()[2] == "tag churn@v0.0.2"
    assert ok(clone, "register", "churn", "--dry-run", "--offline").splitlines()[2] == "tag churn@v0.0.1"
    assert clone.tags() == set()


def test_a_commit_that_only_the_remote_has_is_fetched_by_its_id(server: Server, clone: Repo) -> None:
    other = server.clone()
    commit = other.commit()
    other.git("push", "--quiet", "origin", "main")

    assert ok(clone, "register", "churn", commit, "--push") == "churn@v0.0.1"

    unknown = tagwarden(clone.path, "register", "churn", "1" * 40)
    assert unknown.status == 1
    assert "git fetch origin" in unknown.err


def test_a_version_on_a_commit_that_a_shallow_clone_lacks_can_be_assigned(server: Server, tmp_path: Path) -> None:
    full = server.clone()
    ok(full, "register", "churn", "--push")
    full.commit()
    full.git("push", "--quiet", "origin", "main")
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", "--no-tags", f"file://{server.path}", str(tmp_path / "shallow")],
        check=True,
    )
    shallow = Repo(tmp_path / "shallow")

    assert ok(shallow, "assign", "churn", "prod", "--version", "v0.0.1", "--push") == "churn#prod#1"
    assert server.tags() == {"churn@v0.0.1", "churn#prod#1"}


def test_a_remote_that_does_not_answer_stops_all_but_offline_work(clone: Repo) -> None:
    clone.git("remote", "set-url", "origin", str(clone.path / "nowhere"))

    ran = tagwarden(clone.path, "register", "churn")

    assert ran.status == 3
    assert "--offline" in ran.err
    assert ok(clone, "register", "churn", "--offline") == "churn@v0.0.1"


def test_a_remote_that_is_not_there_is_a_no(repo: Repo) -> None:
    ran = tagwarden(repo.path, "register", "churn", "--push")

    assert ran.status == 1
    assert "there is no remote 'origin'; `git remote add origin URL` adds one" in ran.err

    for name in ("hub", "mirror"):
        repo.git("remote", "add", name, "/nowhere")
    for command in ("register churn --push", "proposals", "approve 1234567"):
        ran = tagwarden(repo.path, *command.split())
        assert (ran.status, ran.err) == (
            1,
            "tagwarden: there is no remote 'origin'; name one with --remote: hub, mirror\n",
        )


def test_what_is_printed_to_be_pasted_survives_a_shell(repo: Repo) -> None:
    ok(repo, "register", "churn")
    ok(repo, "assign", "churn", "prod")

    ran = tagwarden(repo.path, "unassign", "churn", "prod")

    assert "git push" not in ran.err
    repo.git("remote", "add", "origin", "nowhere")
    ran = tagwarden(repo.path, "assign", "churn", "prod", "--offline")
    assert "git push origin 'refs/tags/churn#prod#3'" in ran.err


def test_what_must_be_dated_ahead_of_the_clock_says_when_to_try_again(repo: Repo) -> None:
    repo.tag("churn@v1.0.0", at=4_000_000_000)

    said = tagwarden(repo.path, "deregister", "churn", "v1.0.0").err

    assert "try again after 2096-10-02T07:06:40Z" in said
    assert "the clock here says " in said
    assert "fix:" not in said


def test_the_lower_of_two_versions_on_a_commit_can_be_taken_back(repo: Repo) -> None:
    repo.tag("churn@v1.0.0")
    repo.tag("churn@v1.0.1")

    assert ok(repo, "deregister", "churn", "v1.0.0") == "churn@v1.0.0!"
    assert [one["version"] for one in tagwarden(repo.path, "show", "churn", "--json").json["versions"]] == ["v1.0.1"]


def test_whoever_has_no_name_is_told_how_to_tell_git(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("", "<>"):
        monkeypatch.setenv("GIT_COMMITTER_NAME", name)
        ran = tagwarden(repo.path, "register", "churn")
        assert ran.status == 3
        assert "Git does not know your name" in ran.err


def test_what_is_deregistered_already_is_not_deregistered_again(repo: Repo) -> None:
    ok(repo, "register", "churn")
    ok(repo, "deregister", "churn", "v0.0.1")

    ran = tagwarden(repo.path, "deregister", "churn", "v0.0.1")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "tagwarden: v0.0.1 of 'churn' is deregistered already ('churn@v0.0.1!')\n"


def test_a_version_above_all_others_on_the_code_of_an_earlier_line_is_remarked_upon(repo: Repo) -> None:
    ok(repo, "register", "churn", "--version", "v1.0.0")
    start = repo.git("rev-parse", "HEAD")
    repo.commit()
    ok(repo, "register", "churn", "--version", "v2.0.0")
    repo.git("checkout", "--quiet", "-b", "release/1.x", start)
    repo.commit(message="A fix")

    ran = tagwarden(repo.path, "register", "churn", "--dry-run")

    assert "tag churn@v2.0.1" in ran.out
    assert "v2.0.1 is above all versions, but its commit has none above v1 in its history" in ran.err
    repo.git("checkout", "--quiet", "main")
    assert "in its history" not in tagwarden(repo.path, "register", "churn", "--bump", "major", "--dry-run").err
