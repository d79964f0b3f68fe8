"""Which commits the history of a tip contains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo
from support.trees import blob, tree_of
from tagwarden.repository.git.reader import Reader

OpenReader = Callable[[Path], Reader]


@pytest.fixture
def forked(repo: Repo) -> tuple[Repo, list[str], list[str]]:
    """Seven commits on main and seven on a branch beside it, dated so that rev-list's order misleads."""
    root = repo.git("rev-parse", "HEAD")

    def commit(date: int) -> str:
        dates = {"GIT_AUTHOR_DATE": f"{date} +0000", "GIT_COMMITTER_DATE": f"{date} +0000"}
        repo.git("commit", "--quiet", "--allow-empty", "-m", str(date), env=dates)
        return repo.git("rev-parse", "HEAD")

    on_main = [commit(2_000_000_000 - i * 50_000_000) for i in range(20)]
    repo.git("checkout", "--quiet", "-b", "beside", root)
    beside = [commit(1_600_000_000 + i * 10_000_000) for i in range(20)]
    return repo, [root, *on_main], beside


@pytest.mark.parametrize("step", [1, 9], ids=["many", "few"])
def test_commits_that_no_tip_reaches_are_told_whatever_their_dates(
    forked: tuple[Repo, list[str], list[str]], open_at: OpenReader, step: int
) -> None:
    repo, on_main, beside = forked
    reader = open_at(repo.path)
    asked = [*on_main[::step], *beside[::step]]

    assert reader.not_contained(asked, [on_main[-1]]) == set(beside[::step])
    assert reader.not_contained(asked, [beside[-1]]) == set(on_main[::step]) - {on_main[0]}
    assert reader.not_contained(asked, [on_main[5], beside[5]]) == set(asked) - {*on_main[:6], *beside[:6]}
    assert reader.not_contained(asked, [on_main[-1], beside[-1]]) == set()
    assert reader.not_contained(asked, []) == set(asked)
    assert reader.not_contained([], [on_main[-1]]) == set()


def test_what_is_no_commit_is_contained_nowhere(repo: Repo, open_at: OpenReader) -> None:
    head = repo.git("rev-parse", "HEAD")
    odd = {tree_of(repo), blob(repo, b"x"), "1" * 40, repo.tag("m@v1.0.0"), "HEAD"}

    assert open_at(repo.path).not_contained([head, *sorted(odd)], [head]) == odd
