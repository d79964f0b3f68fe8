"""Which remote a command takes when none is named: the one that `git push` takes."""

from __future__ import annotations

from support import Repo
from tagwarden.repository.git.command import Git
from tagwarden.repository.remote.names import remote_to_push_to


def test_it_is_that_of_the_branch_then_that_of_all_branches_then_where_the_branch_comes_from(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--create", "Release.remote")
    git = Git.at(str(repo.path))
    settings = {
        "branch.Release.remote.remote": "pulled",
        "remote.pushDefault": "all",
        "branch.Release.remote.pushRemote": "own",
    }

    taken = [remote_to_push_to(git)]
    for name, value in settings.items():
        repo.git("config", name, value)
        taken.append(remote_to_push_to(git))

    assert taken == ["origin", "pulled", "all", "own"]


def test_the_only_one_is_taken_by_any_name(repo: Repo) -> None:
    git = Git.at(str(repo.path))
    repo.git("remote", "add", "hub", "/nowhere")
    assert remote_to_push_to(git) == "hub"
    repo.git("switch", "--quiet", "--detach")
    assert remote_to_push_to(git) == "hub"

    repo.git("remote", "add", "other", "/nowhere")
    assert remote_to_push_to(git) == "origin"


def test_another_branch_a_detached_head_and_no_repository_have_no_say(repo: Repo) -> None:
    repo.git("config", "branch.other.pushRemote", "elsewhere")
    git = Git.at(str(repo.path))

    assert remote_to_push_to(git) == "origin"
    repo.git("switch", "--quiet", "--detach")
    assert remote_to_push_to(git) == "origin"
    assert remote_to_push_to(Git.at(str(repo.path.parent))) == "origin"
