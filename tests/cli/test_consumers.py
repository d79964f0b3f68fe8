"""What GTO's own library can't read, though Git and tagwarden can, is said by the commands that have the time."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from tagwarden.hooks.install import install

COMMANDS = {"audit": ("audit",), "check": ("check", "--offline")}


def hide_objects_from_libgit2(repo: Repo, elsewhere: Path) -> None:
    """Move all objects to a place that only Git finds: libgit2 does not understand a quoted alternate."""
    objects = repo.git_dir / "objects"
    objects.rename(elsewhere)
    (objects / "info").mkdir(parents=True)
    (objects / "info" / "alternates").write_text(f'"{elsewhere}"\n')


def commit_again(repo: Repo) -> str:
    """A commit object that is new, on folders that are not."""
    return repo.git("commit-tree", "-m", "Again", "HEAD^{tree}")


@pytest.fixture(params=["tag-object", "target-commit", "target-tree"])
def hidden(request: pytest.FixtureRequest, repo: Repo, tmp_path: Path) -> tuple[Repo, str]:
    """A repository with the tag churn@v1.0.0, and the rule that is broken by what libgit2 can't find of it."""
    rule: str = request.param
    repo.commit({"model/weights": "1"})
    if rule == "tag-object":
        repo.tag("churn@v1.0.0")
    hide_objects_from_libgit2(repo, tmp_path / "elsewhere")
    if rule != "tag-object":
        repo.git("tag", "-a", "-m", "m", "churn@v1.0.0", commit_again(repo) if rule == "target-tree" else "HEAD")
    return repo, rule


@pytest.mark.parametrize("command", COMMANDS)
def test_what_libgit2_can_not_read_is_a_finding_of_the_rule_about_it(hidden: tuple[Repo, str], command: str) -> None:
    repo, rule = hidden

    ran = tagwarden(repo.path, *COMMANDS[command])

    assert ran.status == 1
    assert f"[{rule}]" in ran.out
    assert "GTO's own library (libgit2) can't read" in ran.out
    assert "'churn@v1.0.0'" in ran.out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_rule_that_is_off_is_not_asked_for_either(hidden: tuple[Repo, str], command: str, tmp_path: Path) -> None:
    repo, rule = hidden
    policy = tmp_path / "policy.toml"
    later = {"tag-object": ("target-commit", "target-tree"), "target-commit": ("target-tree",), "target-tree": ()}
    policy.write_text("[rules]\n" + "".join(f'{one} = "off"\n' for one in (rule, *later[rule])))

    ran = tagwarden(repo.path, *COMMANDS[command], "--policy", str(policy))

    assert (ran.status, "libgit2" in ran.out) == (0, False)


def test_tags_that_the_policy_ignores_are_passed_over(hidden: tuple[Repo, str], tmp_path: Path) -> None:
    repo, _ = hidden
    policy = tmp_path / "policy.toml"
    policy.write_text('[scope]\nignore = ["churn@*"]\n')

    assert tagwarden(repo.path, "audit", "--policy", str(policy)).status == 0


def test_what_tagwarden_finds_malformed_itself_is_said_once(repo: Repo) -> None:
    repo.lightweight("churn@v1.0.0")
    repo.git("tag", "-a", "-m", "m", "churn@v1.1.0", "HEAD^{tree}")

    ran = tagwarden(repo.path, "audit")

    assert "[annotated]" in ran.out
    assert "[target-commit]" in ran.out
    assert "libgit2" not in ran.out


def test_status_of_a_clone_tells_what_libgit2_can_not_read(hidden: tuple[Repo, str]) -> None:
    repo, _ = hidden
    install(str(repo.path))

    ran = tagwarden(repo.path, "status", "--json")

    assert ran.status == 1
    assert ran.json["proven"] == "refuses"
    (problem,) = ran.json["problems"]
    assert problem.startswith("'churn@v1.0.0': GTO's own library (libgit2) can't read")


def test_status_of_a_server_names_some_and_counts_the_rest(server: Server, tmp_path: Path) -> None:
    for number in range(8):
        server.git("tag", "-a", "-m", "m", f"churn@v1.{number}.0", "main")
    hide_objects_from_libgit2(server, tmp_path / "elsewhere")

    ran = tagwarden(server.path, "status", "--server", "--json")

    assert ran.status == 1
    assert len(ran.json["problems"]) == 6
    assert ran.json["problems"][-1] == "3 more tags are like that: `tagwarden audit` lists them"


@pytest.mark.parametrize("command", COMMANDS)
def test_where_libgit2_opens_nothing_there_is_a_note(tmp_path: Path, command: str) -> None:
    repo = Repo.init(tmp_path / "sha256", "--object-format=sha256")
    repo.commit()
    repo.tag("churn@v1.0.0")

    ran = tagwarden(repo.path, *COMMANDS[command], "--json")

    assert ran.status == 0
    assert [note for note in ran.json["notes"] if note.startswith("GTO's own library (libgit2) can't open")]


def test_the_objects_of_a_worktree_are_found(repo: Repo, tmp_path: Path) -> None:
    repo.tag("churn@v1.0.0")
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "beside"))

    ran = tagwarden(tmp_path / "beside", "audit")

    assert (ran.status, ran.out) == (0, "tagwarden: accepted: 1 tag judged; policy: built-in\n")
