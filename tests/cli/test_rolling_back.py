"""`assign MODEL STAGE --back`, by hand and with others at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.hook_files import hook_at

LATER = 1_790_000_000  # than what the fixtures make, and before now


@pytest.fixture
def registry(clone: Repo) -> Repo:
    """A clone and its server: churn's v1.0.0, then v1.1.0, then v1.2.0 in prod."""
    for number in range(3):
        clone.tag(f"churn@v1.{number}.0", clone.commit())
        clone.tag(f"churn#prod#{number + 1}")
    assert clone.push("main", "--tags").ok
    return clone


def in_prod(repo: Repo) -> str:
    return tagwarden(repo.path, "resolve", "churn#prod", "-r", "origin").out.strip()


def test_the_stage_goes_back_to_the_version_before(registry: Repo) -> None:
    ran = tagwarden(registry.path, "assign", "churn", "prod", "--back", "--push")

    assert (ran.status, ran.out) == (0, "churn#prod#4\n")
    assert "Assigning stage prod to artifact churn version v1.1.0, back from version v1.2.0" in ran.err
    assert in_prod(registry) == "v1.1.0"
    assert "back from version v1.2.0" in registry.git("tag", "-l", "--format=%(contents)", "churn#prod#4")


def test_a_preview_says_it_and_writes_nothing(registry: Repo) -> None:
    ran = tagwarden(registry.path, "assign", "churn", "prod", "--back", "--dry-run")

    assert ran.status == 0
    assert "version v1.1.0, back from version v1.2.0" in ran.out
    assert "churn#prod#4 would be accepted; nothing was created" in ran.err
    assert in_prod(registry) == "v1.2.0"


def test_what_was_withdrawn_is_passed_over(registry: Repo) -> None:
    assert tagwarden(registry.path, "deregister", "churn", "v1.1.0", "--push").status == 0

    assert tagwarden(registry.path, "assign", "churn", "prod", "--back", "--push").status == 0
    assert in_prod(registry) == "v1.0.0"


def test_going_back_twice_does_not_bring_back_what_was_fled(registry: Repo) -> None:
    assert tagwarden(registry.path, "assign", "churn", "prod", "--back", "--push").status == 0

    ran = tagwarden(registry.path, "assign", "churn", "prod", "--back", "--push")

    assert (ran.status, ran.out) == (1, "")
    assert "v1.1.0 of 'churn' was put back into 'prod' over v1.2.0 ('churn#prod#4')" in ran.err
    assert "tagwarden assign churn prod --version v1.0.0" in ran.err
    assert in_prod(registry) == "v1.1.0"


def meanwhile(repo: Repo, script: str) -> None:
    """Let `script` happen in the middle of the first push of `repo`."""
    once = f"[ -e {repo.git_dir}/once ] || {{ touch {repo.git_dir}/once; {script}; }}\n"
    hook_at(Path(repo.git_dir) / "hooks" / "pre-push", f"#!/bin/sh\n{once}exit 0\n")


def test_a_number_that_somebody_took_meanwhile_is_counted_again(registry: Repo, server: Server) -> None:
    other = server.clone()
    other.tag("churn#prod#4", "churn@v1.2.0^{commit}", at=LATER)
    meanwhile(registry, f"env -u GIT_DIR git -C {other.path} push -q origin 'refs/tags/churn#prod#4' 2>/dev/null")

    ran = tagwarden(registry.path, "assign", "churn", "prod", "--back", "--push")

    assert (ran.status, ran.out) == (0, "churn#prod#5\n")
    assert "somebody else's tag now has that name" in ran.err
    assert in_prod(registry) == "v1.1.0"


def test_a_stage_that_somebody_else_changed_meanwhile_is_left_alone(registry: Repo, server: Server) -> None:
    other = server.clone()
    other.tag("churn@v1.3.0", other.commit())
    other.tag("churn#prod#4", at=LATER)
    push = "push -q origin HEAD:main 'refs/tags/churn@v1.3.0' 'refs/tags/churn#prod#4'"
    meanwhile(registry, f"env -u GIT_DIR git -C {other.path} {push} 2>/dev/null")

    ran = tagwarden(registry.path, "assign", "churn", "prod", "--back", "--push")

    assert (ran.status, ran.out) == (1, "")
    assert "somebody else has changed what is in 'prod' meanwhile; see what is right now" in ran.err
    assert in_prod(registry) == "v1.3.0"
    assert "churn#prod#4" not in registry.tags()


def test_back_names_the_version_alone(registry: Repo) -> None:
    for more in (["--version", "v1.0.0"], ["--from", "dev"], ["--force"]):
        assert tagwarden(registry.path, "assign", "churn", "prod", "--back", *more).status == 2
