"""Whose approvals stood behind what landed, and what waits for approvals."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo, dashboard_approvals
from support.approval_scene import Keys
from support.command_line import tagwarden
from support.dashboard_scene import BEGAN
from tagwarden.dashboard.reading import read_repository
from tagwarden.dashboard.records import RepositoryFacts


@pytest.fixture
def server(tmp_path: Path) -> Repo:
    return dashboard_approvals.build(tmp_path / "ranking.git", Keys.make(tmp_path), at=BEGAN)


def facts_of(server: Repo) -> RepositoryFacts:
    from tagwarden.cli.policy_in_force import policies_in_force

    return read_repository(str(server.path), "ranking", policies_in_force)


def test_the_approvals_of_what_landed_and_of_what_waits_are_told_with_the_entry_that_wants_them(server: Repo) -> None:
    facts = facts_of(server)

    (prod,) = facts.models[0].stages
    assert prod.holder is not None
    assert [(one.principal, one.time, one.entries) for one in prod.holder.approvals] == [
        (person, BEGAN + 86_400 + 3600, ["approvals.require[1], 2 of @ml"]) for person in ("grace@x", "lin@x")
    ]
    (waiting,) = facts.proposals
    assert (waiting.tag, waiting.by, waiting.state) == ("ranking#prod#2", "ada@x", "waiting")
    assert waiting.because == "needs 1 more of @ml (has grace@x) (approvals.require[1])"
    assert waiting.moves == [("prod", "v1.0.0", "v1.1.0")]


def test_a_new_approval_is_seen_by_the_next_build(server: Repo, tmp_path: Path) -> None:
    tagwarden(tmp_path, "dashboard", str(server.path), "-o", "site")
    (page,) = (tmp_path / "site" / "r").iterdir()
    assert "health warn" in page.read_text()
    for ref in server.refs("refs/tagwarden/approvals"):
        server.git("update-ref", "-d", ref)

    ran = tagwarden(tmp_path, "dashboard", str(server.path), "-o", "site")

    assert "1 read anew" in ran.out
    assert "Needs 2 of @ml" in page.read_text()


def test_where_the_signers_can_not_be_read_the_models_are_shown_all_the_same(server: Repo, tmp_path: Path) -> None:
    (tmp_path / "allowed_signers").unlink()

    facts = facts_of(server)

    assert [model.model for model in facts.models] == ["ranking"]
    assert facts.proposals == []
    assert any("What waits for approvals can't be told" in note for note in facts.notes)
