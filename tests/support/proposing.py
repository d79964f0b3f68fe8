"""Runs the commands about proposals in somebody's clone."""

from __future__ import annotations

from support import Repo
from support.command_line import tagwarden
from support.team import POLICY

PROPOSE = ("propose", "assign", "churn", "prod", "--version", "v1.1.0")

CHECK = ("check", "churn#prod#1", "--json")

ONE_EYE = POLICY.partition("[[approvals.require]]")[0] + '[[approvals.require]]\nstages = ["prod"]\nwho = ["@ml"]\n'


def said(repo: Repo, *args: str) -> str:
    """Run a command that must succeed; returns its stdout."""
    ran = tagwarden(repo.path, *args)
    assert ran.status == 0, ran.err
    return ran.out.removesuffix("\n")


def refused(repo: Repo, *args: str, status: int = 1) -> str:
    """Run a command that must refuse; returns its stderr."""
    ran = tagwarden(repo.path, *args)
    assert (ran.status, ran.out) == (status, ""), ran
    return ran.err


def proposal(repo: Repo, *args: str) -> str:
    """Propose a tag; returns its id."""
    return said(repo, *(("propose", *args) if args else PROPOSE))


def states(repo: Repo) -> dict[str, str]:
    """The state of every proposal, by tag."""
    listed = tagwarden(repo.path, "proposals", "--json").json["proposals"]
    return {one["tag"]: one["state"] for one in listed}
