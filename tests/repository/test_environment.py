"""What names a repository or a push in the environment does not go along to another one, and nothing else is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from support import Repo, Server
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.environment import environment_without_repository
from tagwarden.server_hooks.status import status

OF_A_PUSH = ["GIT_QUARANTINE_PATH", "GIT_PUSH_OPTION_COUNT", "GIT_PUSH_OPTION_0", "GIT_PUSH_CERT", "GIT_NAMESPACE"]


def test_all_goes_that_git_itself_counts_to_a_repository() -> None:
    local = subprocess.run(["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True)
    names = [*local.stdout.split(), *OF_A_PUSH]

    assert "GIT_DIR" in names
    assert environment_without_repository(dict.fromkeys(names, "x")) == {}


def test_what_is_the_users_stays() -> None:
    users = ["GIT_SSH_COMMAND", "GIT_TRACE", "GIT_CONFIG_GLOBAL", "GIT_AUTHOR_NAME", "GIT_EXEC_PATH", "HOME", "PATH"]

    assert list(environment_without_repository(dict.fromkeys(users, "x"))) == users


def test_a_repository_is_read_whatever_the_environment_names(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    head = repo.commit({"a": "b"})
    for name in ("GIT_DIR", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("GIT_NAMESPACE", "other")

    assert Git.at(str(repo.path)).line("rev-parse", "HEAD") == head


def test_a_server_is_proven_whatever_the_environment_names(
    new_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = new_server()
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("GIT_PUSH_OPTION_COUNT", "1")
    monkeypatch.setenv("GIT_PUSH_OPTION_0", "tagwarden.emergency=version-order: no")
    monkeypatch.setenv("GIT_TRACE", "1")

    found, _ = status(str(server.path))
    assert found.proven == "refuses"
