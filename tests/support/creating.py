"""Runs the commands that create tags, and looks at the tags."""

from __future__ import annotations

from support import Repo
from support.command_line import tagwarden


def message_of(repo: Repo, tag: str) -> str:
    return repo.git("for-each-ref", "--format=%(contents)", f"refs/tags/{tag}").rstrip("\n")


def time_of(repo: Repo, tag: str) -> int:
    return int(repo.git("for-each-ref", "--format=%(taggerdate:unix)", f"refs/tags/{tag}"))


def ok(repo: Repo, *args: str) -> str:
    """Run a command that must succeed; returns the tag that it created."""
    ran = tagwarden(repo.path, *args)
    assert ran.status == 0, ran.err
    return ran.out.strip()
