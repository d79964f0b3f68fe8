"""`propose`, `withdraw` and `land`: which tags are proposed, and who may land them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from click.shell_completion import ShellComplete

from support.command_line import tagwarden
from support.proposing import CHECK, ONE_EYE, PROPOSE, proposal, refused, said
from support.signing import needs_ssh
from support.team import POLICY, Team
from tagwarden.cli.group import tagwarden as root
from tagwarden.repository.proposals.on_remote import NoSuchProposal, matching_proposal

pytestmark = needs_ssh


def test_whoever_proposed_withdraws_until_it_has_landed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    team.server.git("config", "tagwarden.pusher", "http")
    monkeypatch.setenv("REMOTE_USER", "ada")
    oid = proposal(team.ada)
    said(team.grace, "approve", oid, "--yes")
    monkeypatch.setenv("REMOTE_USER", "grace")
    assert "'churn#prod#1' is still proposed on 'origin'" in refused(team.grace, "withdraw", oid)
    monkeypatch.setenv("REMOTE_USER", "ada")

    assert said(team.ada, "withdraw", oid) == "churn#prod#1"

    assert team.proposals == set()
    assert "there is none that waits" in refused(team.lin, "approve", oid, "--yes")
    other = proposal(team.ada, "assign", "churn", "prod", "--version", "v1.0.0")
    for person in (team.grace, team.lin):
        said(person, "approve", other, "--yes")
    said(team.ada, "land", other)
    said(team.ada, "approvals", "archive", str(team.server.path))
    assert f"the proposal {other} has landed already" in refused(team.ada, "withdraw", other)


def test_an_id_must_say_which_proposal_is_meant(team: Team) -> None:
    assert "'origin' has no proposal '1234567'; there is none that waits" in refused(team.ada, "approve", "1234567")
    for short in ("123456", "churn#prod", "HEAD"):
        assert "neither the id of a proposal nor 7 or more digits" in refused(team.ada, "land", short)
    oid = proposal(team.ada)
    assert f"'origin' has no proposal '1234567'; there is: {oid}" in refused(team.ada, "revoke", "1234567")
    with contextlib.chdir(team.ada.path):
        shell = ShellComplete(root, {}, "tagwarden", "_TAGWARDEN_COMPLETE")
        assert [item.value for item in shell.get_completions(["approve"], oid[:2])] == [oid]


def test_digits_that_several_ids_begin_with_are_too_few() -> None:
    ids = ["1234567a" * 5, "1234567b" * 5]

    with pytest.raises(NoSuchProposal, match=f"'1234567' may mean each of {ids[0]}, {ids[1]}"):
        matching_proposal("1234567", ids, {}, "origin")
    assert matching_proposal("1234567b", ids, {}, "origin") == ids[1]


def test_where_the_policy_wants_no_approval_the_plain_command_is_named(new_team: Callable[..., Team]) -> None:
    team = new_team(ONE_EYE)

    assert "tagwarden assign churn dev --version v1.1.0 --push" in refused(
        team.ada, *["propose", "assign", "churn", "dev", "--version", "v1.1.0"]
    )
    team.server.commit_on_main({"tagwarden.toml": ""})
    team.ada.git("fetch", "--quiet")
    err = refused(team.ada, *PROPOSE)
    assert "the policy requires no approval of anything" in err
    assert "its policy requires no approvals" in tagwarden(team.ada.path, "proposals").err
    team.ada.git("config", "user.signingKey", "/no/such/key")
    assert "the policy requires no approval of anything" in refused(team.ada, *PROPOSE)
    assert team.proposals == set()


def test_what_must_be_approved_is_not_pushed_right_away_but_proposed(team: Team) -> None:
    err = refused(team.ada, *PROPOSE[1:], "--push")

    assert "[approved]" in err
    assert "fix: tagwarden propose assign churn prod --version v1.1.0\n" in err


def test_a_proposal_that_would_be_refused_is_not_pushed(team: Team) -> None:
    err = refused(team.ada, "propose", "deregister", "churn", "v9.0.0")
    assert "has no version v9.0.0" in err
    team.server.commit_on_main({"tagwarden.toml": POLICY + "[message]\nmin-length = 500\n"})
    team.ada.git("fetch", "--quiet")
    err = refused(team.ada, *PROPOSE)
    assert "[message]" in err
    assert "[approved]" not in err
    assert team.proposals == set()


def test_whoever_lands_it_does_not_count_where_the_policy_says_so(new_team: Callable[..., Team]) -> None:
    team = new_team(ONE_EYE + 'not = ["pusher"]\n')
    team.server.git("config", "tagwarden.pusher", "env:PUSHER")
    oid = proposal(team.ada)

    ran = tagwarden(team.grace.path, "approve", oid, "--yes", "--land")

    assert ran.status == 0
    assert "whoever lands it does not count, so somebody else must" in ran.err
    assert "churn#prod#1" not in team.server.tags()


def test_a_job_that_lands_it_for_somebody_knows_whose_approval_does_not_count(new_team: Callable[..., Team]) -> None:
    team = new_team(ONE_EYE + 'not = ["pusher"]\n')
    oid = proposal(team.ada)
    said(team.grace, "approve", oid, "--yes")
    team.ada.git("update-ref", "refs/tags/churn#prod#1", team.ada.git("rev-parse", oid))

    found = {
        pusher: [one["rule"] for one in tagwarden(team.ada.path, *CHECK, "--pusher", pusher).json["findings"]]
        for pusher in ("grace", "lin")
    }

    assert found == {"grace": ["approved"], "lin": []}


def test_an_unsigned_tag_is_not_proposed_where_its_signer_must_not_approve_it(team: Team) -> None:
    err = refused(team.ada, *PROPOSE, "--no-sign")

    assert "can't be approved: the tag has no good signature" in err
    assert team.proposals == set()


def test_a_proposed_registration_binds_its_artifact_as_a_registration_does(new_team: Callable[..., Team]) -> None:
    team = new_team(ONE_EYE.replace('stages = ["prod"]', 'what = ["register"]'))
    team.ada.commit({"artifacts.yaml": "churn: {path: m.bin}\n", "m.bin": "weights"})
    wish = ("propose", "register", "churn", "--version", "v3.0.0", "--only-tag", "--json")

    proposed, left_out = (tagwarden(team.ada.path, *wish, *more) for more in ((), ("--no-bind",)))

    assert "\nArtifact: sha256:" in proposed.json["object"]
    assert "the tag binds 'm.bin' by SHA-256 and Git's id; --no-bind leaves that out" in proposed.err
    assert "Artifact" not in left_out.json["object"]
