"""What a user who is wrong is told, in words that lead on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.played_examples import run_printed


@pytest.fixture
def registry(repo: Repo) -> Repo:
    for tag in ("churn@v1.0.0", "churn#prod#1", "cv=seg@v0.1.0"):
        repo.tag(tag)
    repo.commit()
    return repo


@pytest.mark.parametrize(
    ("words", "status", "hint"),
    [
        ("rgister churn", 2, "No such command 'rgister'. Did you mean `tagwarden register`?"),
        ("promote churn prod", 2, "Did you mean `tagwarden assign`?"),
        ("doctor", 2, "Did you mean `tagwarden audit`?"),
        ("check-ref churn@v1.0.0", 2, "Did you mean `tagwarden resolve`?"),
        ("zzz", 2, "tagwarden: No such command 'zzz'.\n"),
        ("assign churn --stage prod", 2, "--stage is no option here: write the stage alone, without --stage."),
        ("deregister churn --version v1.0.0", 2, "write the version alone, without --version."),
        ("register churn --bmp major", 2, "--bump"),
        ("register churn@v1.1.0", 1, "write them separately: tagwarden register churn --version v1.1.0"),
        ("assign churn@v1.0.0 prod", 1, "write them separately: tagwarden assign churn STAGE --version v1.0.0"),
        ("history churn@v1.0.0", 1, "write the model alone: tagwarden history churn"),
        ("deregister cv:seg@v0.1.0", 2, "Missing argument 'VERSION'"),
        ("deregister cv:seg@v0.1.0 x", 1, "'x' is not a version"),
        ("assign churn#prod dev", 1, "write them separately: tagwarden assign churn prod"),
        ("register churn v1.1.0", 1, "to choose the version: tagwarden register churn --version v1.1.0"),
        ("register Churn", 1, "'Churn' of 'Churn@v0.0.1' differs only in case from 'churn', which exists"),
        ("assign chrun prod", 1, "there is no model 'chrun'; the models are: churn"),
        ("unassign chrun prod", 1, "there is no model 'chrun'; the models are: churn"),
        ("deregister chrun v1.0.0", 1, "there is no model 'chrun'; the models are: churn"),
        ("deprecate chrun", 1, "there is no model 'chrun'; the models are: churn"),
        ("show chrun", 1, "there is no model 'chrun'; the models are: churn"),
        ("history chrun", 1, "there is no model 'chrun'; the models are: churn"),
        ("resolve chrun#prod", 1, "there is no model 'chrun'; the models are: churn"),
        ("resolve churn#prdo", 1, "no version of 'churn' is in 'prdo'; versions are in prod"),
        ("resolve churn@v1.0.1", 1, "'churn' has no version v1.0.1; the latest is v1.0.0"),
        ("assign churn prod --version 1.0.0", 1, "did you mean v1.0.0?"),
        ("assign churn prod --version v1.0.1", 1, "'churn' has no version v1.0.1; its versions are: v1.0.0"),
        ("rules version_order", 1, "there is no rule 'version_order'; did you mean version-order?"),
        ("rules zzz", 1, "there is no rule 'zzz'; `tagwarden rules` lists them"),
        ("schema shw", 1, "there is no schema for 'shw'; did you mean `tagwarden schema show`?"),
        ("schema zzz", 1, "there is no schema for 'zzz'; these have one: install, uninstall,"),
        ("unassign churn prdo", 1, "there is something in: prod (v1.0.0)"),
    ],
)
def test_a_slip_is_answered_with_what_may_have_been_meant(registry: Repo, words: str, status: int, hint: str) -> None:
    ran = tagwarden(registry.path, *words.split())

    assert ran.status == status
    assert hint in ran.err


def test_bytes_that_are_no_text_and_what_a_terminal_obeys_are_escaped_in_errors(registry: Repo) -> None:
    for words, said in {
        "register caf\udce9": "'caf\\xe9' can't be a model's name",
        "show \udcff@latest": "'\\xff@latest' is not a model tag",
        "-C \udcff\x1b[31m show": "cannot change to '\\xff\\x1b[31m'",
        "rules \\udce9": "there is no rule '\\\\udce9'",
        "install nowhere\udce9 .": "'{path}/nowhere\\xe9' is not a repository",
    }.items():
        ran = tagwarden(registry.path, *words.split())
        assert ran.status in (1, 2, 3)
        assert said.format(path=registry.path) in ran.err + ran.out


def test_the_hint_of_a_usage_error_is_in_the_json_too(registry: Repo) -> None:
    assert "without --stage" in tagwarden(registry.path, "assign", "churn", "--stage", "prod", "--json").json["error"]


def test_without_a_command_the_first_screen_says_where_to_begin(repo: Repo) -> None:
    ran = run_printed("tagwarden", repo)

    assert ran.returncode == 2
    assert "tagwarden register MODEL" in ran.stderr
    assert "Usage" not in ran.stderr
    assert not ran.stdout


def test_every_command_of_the_first_screen_is_one() -> None:
    from tagwarden.cli.command_table import COMMANDS
    from tagwarden.cli.hints import ELSEWHERE, FIRST_SCREEN

    named = {after.split()[0] for after in FIRST_SCREEN.split("tagwarden ")[1:]} - {"COMMAND", "--help`"}
    assert named <= COMMANDS.keys()
    assert set(ELSEWHERE.values()) <= COMMANDS.keys() | {"--help"}
    assert not ELSEWHERE.keys() & COMMANDS.keys()


@pytest.mark.parametrize("words", ["show", "register churn", "audit", "check", "resolve churn@latest"])
def test_outside_of_a_repository_nothing_of_git_shows_through(tmp_path: Path, words: str) -> None:
    ran = tagwarden(tmp_path, *words.split())

    assert ran.status == 3
    assert "git repository" in ran.err
    assert "tagwarden -C DIR COMMAND" in ran.err
    assert "rev-parse" not in ran.err
    assert "exit status" not in ran.err


def test_a_policy_outside_of_a_repository_is_written_with_a_note(tmp_path: Path) -> None:
    ran = tagwarden(tmp_path, "policy", "init")

    assert ran.status == 0
    assert "note: this folder is not in a Git repository" in ran.err


def test_who_has_no_name_is_told_the_commands_that_give_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER")) or name == "EMAIL"]:
        monkeypatch.delenv(name)
    repo.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(repo.path / "my-config"))

    ran = tagwarden(repo.path, "register", "churn")

    assert ran.status == 3
    assert "git var" not in ran.err
    fix = ran.err.partition("Set it: ")[2].strip()
    assert run_printed(fix, repo).returncode == 0
    assert tagwarden(repo.path, "register", "churn").status == 0


def test_a_clone_with_a_server_hook_is_told_how_to_get_its_own(clone: Repo) -> None:
    ran = tagwarden(clone.path, "install", "--server", ".")

    assert ran.status == 0
    fix = ran.out.partition("install the clone's: ")[2].partition("\n")[0]
    assert run_printed(fix, clone).returncode == 0
    assert run_printed("tagwarden status", clone).returncode == 0


def test_a_bare_repository_is_told_the_command_for_its_own_hook(server: Server) -> None:
    ran = tagwarden(server.path, "install")

    assert ran.status == 1
    assert run_printed(ran.err.partition("For its own hook: ")[2].strip(), server).returncode == 0


def test_a_version_that_is_only_here_is_said_to_be_with_the_push(clone: Repo) -> None:
    clone.tag("churn@v1.0.0")

    for words in ("assign churn prod --push", "assign churn prod --version v1.0.0 --push"):
        ran = tagwarden(clone.path, *words.split())
        assert ran.status == 1
        assert "churn@v1.0.0 is only in this clone, and only tags on 'origin' count here" in ran.err

    assert run_printed(ran.err.partition("push first: ")[2].strip(), clone).returncode == 0
    assert tagwarden(clone.path, "assign", "churn", "prod", "--push").status == 0


def test_a_package_manager_is_thought_of_only_where_no_model_has_the_name(server: Server) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    assert clone.push("churn@v1.0.0").ok
    clone.tag("churn@1.1.0")
    clone.tag("ai@6.0.68")

    by_server = clone.push("churn@1.1.0", "ai@6.0.68").stderr
    by_clone = tagwarden(clone.path, "check", "churn@1.1.0", "ai@6.0.68").out
    among_others = tagwarden(clone.path, "check", "churn@v1.0.0", "churn@1.1.0", "ai@6.0.68").out
    server.git("fetch", "-q", str(clone.path), "refs/tags/*:refs/tags/*")
    by_audit = tagwarden(server.path, "audit").out

    for said in (by_server, by_clone, among_others, by_audit):
        assert 'scope.ignore = ["ai@[0-9]*"]' in said
        assert 'scope.ignore = ["churn@' not in said


def test_a_date_ahead_of_the_servers_clock_may_be_the_servers_fault(server: Server) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0", at=int(time.time()) + 7200)

    refused = clone.push("churn@v1.0.0")

    assert refused.rules == {"event-time"}
    assert "; if yours (`date -u`) is right, the server's must be corrected)" in refused.stderr
    assert "the server's" not in tagwarden(clone.path, "check", "churn@v1.0.0").out
