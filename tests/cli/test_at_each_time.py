"""`--at` says of each moment what the same command said then, when there were no later tags; and so does GTO."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from support import Repo
from support.command_line import tagwarden
from support.gto_reading import read_by_gto, read_by_tagwarden

BEGINNING = 1_764_547_200  # midnight of 2025-12-01, UTC
# By their places here they have the hours of that day. v1.0.0 is on the first commit, v1.1.0 on the second.
TAGS = (
    ("churn@v1.0.0", 1),
    ("churn#prod#1", 1),
    ("churn@v1.1.0", 2),
    ("churn#prod#2", 2),
    ("churn#prod!#3", 2),  # falls back to v1.0.0
    ("churn#dev#4", 2),
    ("churn@v1.0.0!", 1),  # falls back to nothing
    ("churn@deprecated", 2),
    ("churn#prod#5", 2),  # takes it up again
    ("churn@v1.1.0!", 2),
    ("churn@v1.1.0#6", 2),  # registers it once more
)
COMMANDS = (
    ("show",),
    ("show", "churn"),
    ("show", "churn@v1.1.0"),
    ("history",),
    ("history", "churn"),
    ("resolve", "churn@latest"),
    ("resolve", "churn@1.0.x"),
    ("resolve", "churn#prod"),
    ("resolve", "churn#prod", "--all"),
    ("diff", "churn@v1.0.0", "churn@v1.1.0"),
    ("diff", "churn#prod", "churn@latest"),
)
# These tell how the answer came about.
ABOUT_IT = ("at", "by", "notes")


def said(repo: Repo, *args: str) -> tuple[int, dict[str, Any]]:
    ran = tagwarden(repo.path, *args, "--json")
    return ran.status, {key: value for key, value in ran.json.items() if key not in ABOUT_IT}


@pytest.mark.parametrize(
    "hours",
    [
        hours if hours in (5, 9) else pytest.param(hours, marks=pytest.mark.thorough)
        for hours in range(1, len(TAGS) + 1)
    ],
)
def test_each_command_says_of_a_moment_what_it_said_then(hours: int, repo: Repo, tmp_path: Path) -> None:
    commits = [repo.commit({"metrics.json": f'{{"AUC": 0.{number}}}'}) for number in (1, 2)]
    for number, (tag, commit) in enumerate(TAGS):
        repo.tag(tag, commits[commit - 1], at=BEGINNING + number * 3600)
    then = Repo(shutil.copytree(repo.path, tmp_path / "then"))
    then.git("tag", "-d", *(tag for tag, _ in TAGS[hours:]))
    moment = f"2025-12-01T{hours - 1:02}:59:59Z"

    for command in COMMANDS:
        assert said(repo, *command, "--at", moment) == said(then, *command), command
    assert read_by_tagwarden(then.path) == read_by_gto(then.path)
