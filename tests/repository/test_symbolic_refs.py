"""Refs that stand for others."""

from __future__ import annotations

import pytest

from support import Repo
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.refs.symbolic import as_they_change

A, B = "a" * 40, "b" * 40
TAG = "refs/tags/m@v1.0.0"


def reader(repo: Repo) -> GitProgram:
    return GitProgram(Git.at(str(repo.path)))


@pytest.mark.parametrize("others", [0, 60], ids=["few", "many"])
def test_one_stands_for_the_end_of_its_chain_even_if_nothing_is_there(repo: Repo, others: int) -> None:
    repo.git("symbolic-ref", "refs/tags/newest", "refs/tags/next")
    repo.git("symbolic-ref", "refs/tags/next", TAG)
    refs = ["refs/tags/newest", "refs/heads/main", *(f"refs/tags/other{number}" for number in range(others))]

    assert reader(repo).symbolic(refs) == {"refs/tags/newest": TAG}


def test_so_does_a_symbolic_link_to_the_name_of_a_ref(repo: Repo) -> None:
    (repo.git_dir / "refs" / "tags" / "newest").symlink_to(TAG)
    (repo.git_dir / "refs" / "tags" / "copy").symlink_to("elsewhere")

    assert reader(repo).symbolic(["refs/tags/newest", "refs/tags/copy"]) == {"refs/tags/newest": TAG}


def test_a_chain_without_an_end_is_judged_in_no_way(repo: Repo) -> None:
    (repo.git_dir / "refs" / "tags" / "one").write_text("ref: refs/tags/two\n")
    (repo.git_dir / "refs" / "tags" / "two").write_text("ref: refs/tags/one\n")

    with pytest.raises(CannotJudge, match="loop of symbolic refs"):
        reader(repo).symbolic(["refs/tags/one"])


def test_a_push_to_one_changes_what_it_stands_for(repo: Repo) -> None:
    repo.git("symbolic-ref", "refs/tags/newest", TAG)
    other = RefUpdate(None, B, "refs/tags/n@v1.0.0")

    assert as_they_change([RefUpdate(A, B, "refs/tags/newest"), other], reader(repo)) == [RefUpdate(A, B, TAG), other]
    with pytest.raises(CannotJudge, match="Push one of the two"):
        as_they_change([RefUpdate(A, B, "refs/tags/newest"), RefUpdate(A, B, TAG)], reader(repo))
