"""Commands on any number of repositories: a line for each, and the worst exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from tagwarden.cli import ownership
from tagwarden.cli.run import run
from tagwarden.server_hooks.owner import owner_of

MALFORMED = "Git accepts malformed objects. To refuse them, and any branch whose old history contains some"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def fleet(new_server: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """Three servers without hooks, a folder that is none and a file, in the current folder."""
    servers = [new_server(name=f"{name}.git", hook=None) for name in ("a", "b", "c")]
    (tmp_path / "none.git").mkdir()
    (tmp_path / "notes.git").write_text("no repository\n")
    monkeypatch.chdir(tmp_path)
    return servers


@pytest.mark.usefixtures("fleet")
def test_a_glob_stands_for_the_repositories_that_it_matches(capsys: Capture) -> None:
    assert run(["install", "--server", "*.git"]) == 0

    lines = capsys.readouterr().out.split("\n\n")[0].splitlines()
    assert [line.partition(":")[0] for line in lines] == ["a.git", "b.git", "c.git"]
    assert all("pre-receive is installed as" in line for line in lines)
    assert run(["uninstall", "--server", "**/*.git"]) == 0
    assert not list(Path().glob("*/hooks/pre-receive"))


@pytest.mark.usefixtures("fleet")
def test_a_name_with_a_wildcard_in_it_that_is_there_stands_for_itself(capsys: Capture) -> None:
    Repo.init(Path("[a].git"), "--bare")

    assert run(["install", "--server", "[a].git"]) == 0
    assert Path("[a].git/hooks/pre-receive").exists()
    assert not Path("a.git/hooks/pre-receive").exists()
    assert capsys.readouterr().out.startswith("pre-receive is installed as")


@pytest.mark.usefixtures("fleet")
def test_one_that_fails_keeps_no_other_from_being_done_and_the_worst_status_counts(capsys: Capture) -> None:
    assert run(["install", "--server", "a.git", "none.git", "b.git", "x*.git"]) == 3

    lines = capsys.readouterr().out.split("\n\n")[0].splitlines()
    assert [line.partition(":")[0] for line in lines] == ["a.git", "none.git", "b.git", "x*.git"]
    assert lines[3] == "x*.git: no repository matches"
    assert Path("b.git/hooks/pre-receive").exists()


def test_what_to_do_next_is_said_once_of_all_repositories_that_it_is_about(
    fleet: list[Server], tmp_path: Path, capsys: Capture
) -> None:
    fleet[1].git("config", "receive.fsckObjects", "true")
    assert run(["install", "--server", "*.git"]) == 0

    said = capsys.readouterr().out
    paths = f"{tmp_path}/a.git {tmp_path}/c.git"
    assert said.partition("\n\n")[2].splitlines() == [
        "2 of 3 repositories:",
        f'  {MALFORMED}: for repository in {paths}; do git -C "$repository" config receive.fsckObjects true; done',
        "All 3 repositories:",
        "  To prove that it works: tagwarden status --server '*.git'",
    ]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in re.findall(r"(?:some|works): (.*)", said):
        subprocess.run(["sh", "-ec", command], env=environment, check=True)
    assert run(["install", "--server", "*.git"]) == 0
    assert "fsckObjects" not in capsys.readouterr().out


def test_of_one_among_several_the_command_names_it(fleet: list[Server], tmp_path: Path, capsys: Capture) -> None:
    assert run(["install", "--server", "a.git", "none.git"]) == 3
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "1 of 2 repositories:",
        f"  {MALFORMED}: git -C {fleet[0].path} config receive.fsckObjects true",
        f"  To prove that it works: tagwarden status --server {tmp_path}/a.git",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can install for somebody else")
def test_root_is_told_to_run_git_as_the_owner(
    fleet: list[Server], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for server in fleet:
        shutil.chown(server.path, 65534)

    def as_owner(_path: str, _arguments: object, here: Callable[[], dict[str, object]]) -> dict[str, object]:
        for server in fleet:
            shutil.chown(server.path, os.getuid())
        try:
            return here()
        finally:
            for server in fleet:
                shutil.chown(server.path, 65534)

    monkeypatch.setattr(ownership, "as_owner", as_owner)
    assert run(["install", "--server", "*.git"]) == 0

    owner = owner_of(str(fleet[0].path)).name
    said = capsys.readouterr().out
    assert f'do sudo -u {owner} git -C "$repository" config receive.fsckObjects true; done' in said
    assert "works: tagwarden status --server '*.git'" in said


@pytest.mark.usefixtures("fleet")
def test_json_holds_an_answer_or_an_error_for_each(capsys: Capture) -> None:
    assert run(["install", "--server", "--json", "a.git", "none.git"]) == 3

    first, second = json.loads(capsys.readouterr().out)["repositories"]
    assert (first["repository"], second["repository"]) == ("a.git", "none.git")
    assert first["done"]
    assert second["error"]


def test_the_logs_of_several_are_read_together(fleet: list[Server], capsys: Capture) -> None:
    assert run(["install", "--server", *(str(server.path) for server in fleet[:2])]) == 0
    clone = fleet[0].clone()
    clone.tag("churn@v1.0.0")
    clone.push("churn@v1.0.0")
    capsys.readouterr()

    assert run(["log", "*.git"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "a.git: 1 push"
    assert lines[1] == "b.git: 0 pushes"
    assert lines[2].startswith("c.git: there is no push log")
    assert lines[3:5] == ["", "a.git:"]
    assert "accepted" in lines[5]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: (path / "HEAD").write_text("x\n"), "HEAD can't be read; it must say 'ref: refs/heads/<branch>'"),
        (lambda path: (path / "refs").rename(path / "gone"), "refs is missing"),
    ],
    ids=["HEAD", "refs"],
)
@pytest.mark.parametrize(
    "command", [["install", "--server"], ["status", "--server"], ["audit"], ["log"]], ids=lambda command: command[0]
)
def test_what_is_broken_of_a_repository_is_said(
    fleet: list[Server], command: list[str], damage: Callable[[Path], object], said: str, capsys: Capture
) -> None:
    damage(fleet[1].path)

    assert run([*command, "*.git"]) == 3
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.split("\n\n")[0].splitlines())
    assert list(lines) == ["a.git", "b.git", "c.git"]
    assert lines["b.git"] == f"'{fleet[1].path}' is not a git repository any more: {said}"


@pytest.mark.usefixtures("fleet")
def test_what_can_not_be_looked_into_is_not_passed_over(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    there = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != "none.git" and there(path, mode))

    assert run(["audit", "n*.git"]) == 3
    assert "none.git' is not a git repository" in capsys.readouterr().out


@pytest.mark.usefixtures("fleet")
def test_of_whole_logs_no_more_than_a_line_each_is_said(capsys: Capture) -> None:
    assert run(["install", "--server", "*.git"]) == 0
    capsys.readouterr()

    assert run(["log", "--verify", "*.git"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{name}.git: the push log is intact: 0 lines, newest hash none" for name in ("a", "b", "c")]


def test_of_tags_in_which_nothing_is_wrong_no_more_than_a_line_is_said(fleet: list[Server], capsys: Capture) -> None:
    fleet[0].tag("churn@v1", "main")

    assert run(["audit", "*.git"]) == 1
    said = capsys.readouterr().out
    assert "\nb.git: 0 errors, 0 warnings in 0 tags\nc.git: 0 errors, 0 warnings in 0 tags\n\na.git:\n" in said
    assert "[tag-name]" in said
    assert "tagwarden: accepted" not in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
@pytest.mark.parametrize("command", [["audit"], ["log", "--verify"]], ids=lambda command: command[0])
def test_whoever_may_not_read_a_repository_is_told_whose_it_is(
    fleet: list[Server], tmp_path: Path, command: list[str]
) -> None:
    os.chown(fleet[0].path, 65534, 65534)

    ran = tagwarden(tmp_path, *command, "a.git")
    assert ran.status == 3
    assert f"{fleet[0].path} belongs to nobody, and Git reads it only as that user: put `sudo -u nobody`" in ran.err
