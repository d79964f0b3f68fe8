"""Commands on any number of repositories: a line for each, and the worst exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from tagwarden.cli.run import run

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
    assert run(["install", "--server", "a.git", "none.git", "b.git", "x*.git"]) == 1

    lines = capsys.readouterr().out.split("\n\n")[0].splitlines()
    assert [line.partition(":")[0] for line in lines] == ["a.git", "none.git", "b.git", "x*.git"]
    assert lines[3] == "x*.git: no repository matches"
    assert Path("b.git/hooks/pre-receive").exists()


@pytest.mark.usefixtures("fleet")
def test_json_holds_an_answer_or_an_error_for_each(capsys: Capture) -> None:
    assert run(["install", "--server", "--json", "a.git", "none.git"]) == 1

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
