"""A server with many repositories: the page of the documentation, word for word, and a hundred in one command each."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Server
from support.command_line import tagwarden
from support.project import ROOT
from tagwarden.cli.run import run
from tagwarden.repository.git import processes
from tagwarden.repository.git.spawning import spawn

Capture = pytest.CaptureFixture[str]

NewServer = Callable[..., Server]
Fleet = Callable[[int], list[Server]]
PAGE = ROOT / "docs" / "many-repositories.md"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)

many = pytest.mark.parametrize("count", [3, pytest.param(100, marks=pytest.mark.thorough)])


@pytest.fixture
def fleet(new_server: NewServer, tmp_path: Path) -> Fleet:
    """Make so many repositories without hooks, as copies of one."""

    def make(count: int) -> list[Server]:
        first = new_server(hook=None, name="git/0.git")
        rest = [shutil.copytree(first.path, tmp_path / "git" / f"{number}.git") for number in range(1, count)]
        return [first, *map(Server, rest)]

    (tmp_path / "git").mkdir()
    return make


@pytest.mark.parametrize(
    ("command", "with_settings", "most"),
    [(["audit"], False, 4), (["status", "--server"], False, 4), (["status", "--server"], True, 5)],
)
def test_each_repository_costs_a_handful_of_processes(
    fleet: Fleet,
    tmp_path: Path,
    command: list[str],
    with_settings: bool,
    most: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    repositories = fleet(2)
    repositories[0].git("tag", "--no-sign", "-a", "-m", "The first", "churn@v1.0.0", "HEAD")
    settings = tmp_path / "settings"
    settings.write_text("[tagwarden]\n\tlockTimeout = 5\n")
    more = ["--settings", str(settings)] if with_settings else []
    assert run(["install", "--server", *more, f"{tmp_path}/git/*.git"]) == 0
    started: list[list[str]] = []

    def noting(arguments: list[str], *others: object, **options: object) -> object:
        started.append(arguments)
        return spawn(arguments, *others, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(processes, "spawn", noting)
    assert run([*command, str(repositories[0].path)]) == 0
    of_git = [arguments for arguments in started if arguments[0] == "git"]
    assert len(of_git) <= most, of_git
    capsys.readouterr()


def push(server: Server, tag: str) -> bool:
    clone = server.clone(str(server.path))
    clone.tag(tag)
    return clone.push(tag).ok


@many
def test_the_gentle_start_goes_as_the_page_says(fleet: Fleet, tmp_path: Path, count: int) -> None:
    repositories = fleet(count)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    said = []
    for number, block in enumerate(BLOCK.findall(PAGE.read_text())):
        script = f"set -e\n{block.replace('/srv/', f'{tmp_path}/')}"
        ran = subprocess.run(["sh", "-c", script], env={**os.environ, "PATH": path}, capture_output=True, text=True)
        assert ran.returncode == 0, (block, ran.stdout, ran.stderr)
        said.append(ran.stdout)
        if number == 2:  # the hooks are proven: the weeks in which it only reports
            assert ran.stdout.count("only reports bad tags") == count
            assert push(repositories[1], "churn#prod")
        if number == 4:
            assert ran.stdout.count("; mode") <= count
            assert ran.stdout.count(": refuses bad tags") == count
            assert not push(repositories[2], "churn#prod")

    assert f"{tmp_path}/git/1.git: 1 push" in said[3]
    assert "[state-exists]" in said[3]
    assert not list((tmp_path / "git").glob("*/hooks/pre-receive"))


@many
def test_a_command_each_for_all_repositories(fleet: Fleet, tmp_path: Path, count: int) -> None:
    repositories = fleet(count)
    all_of_them = f"{tmp_path}/git/*.git"
    assert tagwarden(tmp_path, "install", "--server", all_of_them).status == 0
    assert push(repositories[0], "churn@v1.0.0")
    assert not push(repositories[0], "churn@v0.9.0")

    found = tagwarden(tmp_path, "status", "--server", all_of_them, "--json")
    assert found.status == 0
    by_path = {one["repository"]: one for one in found.json["repositories"]}
    assert len(by_path) == count
    assert {one["proven"] for one in by_path.values()} == {"refuses"}
    first = by_path[str(repositories[0].path)]
    line = json.loads((repositories[0].path / "tagwarden" / "push-log.jsonl").read_text().splitlines()[-1])
    assert (first["logged"], first["head"], first["mode"]) == (2, line["hash"], "enforce")
    assert first["policy"] == {"source": "built-in", "id": None}
    assert first["lock"]["until"] == "push"
    broken = ["version-order", "version-per-commit"]
    refusal = {"time": line["time"], "line": 2, "outcome": "refused", "name": None, "broken": broken}
    assert first["last_refusal"] == refusal

    (repositories[1].path / "hooks" / "pre-receive").unlink()
    worst = tagwarden(tmp_path, "status", "--server", all_of_them)
    assert worst.status == 1
    assert worst.out.count("BAD TAGS ARE NOT REFUSED") == 1

    repositories[2].git("tag", "--no-sign", "churn@v2", "HEAD")
    audited = tagwarden(tmp_path, "audit", all_of_them)
    assert audited.status == 1
    verdicts = Counter(line.split(": ")[1] for line in audited.out.split("\n\n")[0].splitlines())
    assert verdicts == {
        "0 errors, 0 warnings in 0 tags": count - 2,
        "0 errors, 0 warnings in 1 tag": 1,
        "1 error, 0 warnings in 1 tag": 1,
    }
