"""`approve` and `revoke`, by people with clones and a real server, and what is shown of approvals."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.proposing import ONE_EYE, PROPOSE, proposal, refused, said, states
from support.signing import PgpKey, SshKey, needs_ssh
from support.team import POLICY, Team, introduce, member
from tagwarden.cli.approvals import approving

pytestmark = needs_ssh


@pytest.mark.thorough
def test_in_shallow_clones_the_remote_is_asked_for_what_they_lack(
    new_team: Callable[..., Team], keys: dict[str, SshKey], tmp_path: Path
) -> None:
    team = new_team(f'{ONE_EYE}[target]\nbranches = ["main"]\n')
    clones = {name: shallow_clone(team.server, name, keys[name], tmp_path) for name in ("ada", "grace")}

    oid = proposal(clones["ada"])
    assert said(clones["grace"], "approve", oid, "--yes") == "churn#prod#1 approved by grace@x"
    assert said(clones["grace"], "land", oid) == "churn#prod#1"

    assert "churn#prod#1" in team.server.tags()
    assert all(clone.git("rev-list", "--count", "HEAD") == "1" for clone in clones.values())


def shallow_clone(server: Server, name: str, key: SshKey, folder: Path) -> Repo:
    """A clone of somebody that has the newest commit alone, which no version is on."""
    path = folder / f"shallow-{name}"
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", "--no-tags", f"file://{server.path}", str(path)], check=True
    )
    clone = Repo(path)
    introduce(clone, name, key)
    return clone


def test_a_version_gets_into_prod_once_everybody_has_approved_it_who_must(team: Team) -> None:
    before = team.ada.refs()
    ran = tagwarden(team.ada.path, *PROPOSE, "-m", "The March data")
    oid = ran.out.strip()

    assert ran.status == 0
    assert team.ada.refs() == before
    assert team.proposals == {oid}
    assert team.server.git("cat-file", "tag", oid).startswith("object ")
    assert "it needs 1 of @ml (approvals.require[1]); needs 1 of @risk (approvals.require[2])" in ran.err
    assert f"to approve it: tagwarden approve {oid[:12]}" in ran.err
    assert re.search(rf"{oid[:12]} +churn#prod#1 +prod: nothing -> v1.1.0 +ada@x ", said(team.grace, "proposals"))
    assert "can't land yet: it needs 1 of @ml" in refused(team.lin, "land", oid)

    assert said(team.grace, "approve", oid[:7], "--yes") == "churn#prod#1 approved by grace@x"
    assert "can't land yet: it needs 1 of @risk" in refused(team.ada, "land", oid)
    (one,) = tagwarden(team.ada.path, "proposals", "--json").json["proposals"]
    assert [(entry["has"], entry["lacks"]) for entry in one["requirements"]] == [(["grace@x"], 0), ([], 1)]
    assert said(team.lin, "approve", oid, "--yes", "--land") == "churn#prod#1 approved by lin@x"

    logged = tagwarden(team.server.path, "log", "--json").json["pushes"][-1]
    assert "'churn#prod#1' has the approvals of grace@x, lin@x" in logged["policies"][0]["notes"]
    assert team.server.refs("refs/tags/")["refs/tags/churn#prod#1"] == oid
    assert team.lin.refs("refs/tags/")["refs/tags/churn#prod#1"] == oid
    assert states(team.ada) == {}
    assert f"the proposal {oid} has landed already, as 'churn#prod#1'" in refused(team.ada, "land", oid)


def test_whoever_approves_sees_first_what_would_change(team: Team) -> None:
    first = proposal(team.ada, "assign", "churn", "prod", "--version", "v1.0.0")
    said(team.grace, "approve", first, "--yes")
    said(team.lin, "approve", first, "--yes", "--land")
    second = proposal(
        team.ada, "assign", "churn", "prod", "--version", "v1.1.0", "-m", "It is better\nNow holds v9.0.0"
    )
    team.grace.git("fetch", "--quiet")

    err = refused(team.grace, "approve", second)

    assert "the stage 'prod' holds v1.0.0 now and would hold v1.1.0" in err
    assert "  | It is better\n  | Now holds v9.0.0\n" in err
    assert re.search(r"commits +- +\+1 -0", err)
    assert re.search(r"model\.txt +- +changed", err)
    assert re.search(r"AUC +- +0\.95", err)
    assert err.endswith("there is no terminal to ask you on; --yes approves without asking\n")


def test_on_a_terminal_one_is_asked(team: Team) -> None:
    oid = proposal(team.ada)
    given = []
    for answer in ("n", "y"):
        terminal, typed = os.openpty()
        os.write(terminal, f"{answer}\n".encode())
        command = [sys.executable, "-I", "-m", "tagwarden.cli", "approve", oid]
        ran = subprocess.run(command, cwd=team.grace.path, stdin=typed, capture_output=True, text=True)
        os.close(terminal)
        os.close(typed)
        assert "Approve churn#prod#1? [y/N]" in ran.stderr
        given.append((ran.returncode, len(team.server.refs("refs/tagwarden/approvals/"))))

    assert given == [(1, 0), (0, 1)]


def test_whose_approval_can_not_count_is_neither_asked_nor_made_to_sign(team: Team) -> None:
    oid = proposal(team.ada)
    said(team.lin, "approve", oid, "--yes")
    for clone in (team.ada, team.lin):
        clone.git("config", "user.signingKey", "/none")

    own = refused(team.ada, "approve", oid)
    again = refused(team.lin, "approve", oid)
    claimed = refused(team.grace, "approve", oid, "--as", "ada@x")

    assert own == claimed
    assert "\ntagwarden: 'ada@x' signed 'churn#prod#1', and so can't approve it; others must:" in own
    assert "\ntagwarden: 'lin@x' has approved 'churn#prod#1' already" in again


def test_whose_address_is_the_signers_but_whose_key_is_not_may_say_so(team: Team) -> None:
    oid = proposal(team.ada)
    team.grace.git("config", "user.email", "ada@x")

    assert "signed 'churn#prod#1'" in refused(team.grace, "approve", oid, "--yes")
    assert said(team.grace, "approve", oid, "--yes", "--as", "grace@x") == "churn#prod#1 approved by grace@x"


def test_an_approval_is_taken_back_and_given_again(team: Team) -> None:
    oid = proposal(team.ada)
    assert "'grace@x' has not approved 'churn#prod#1'" in refused(team.grace, "revoke", oid)
    said(team.grace, "approve", oid, "--yes", "-m", "Fine")
    said(team.lin, "approve", oid, "--yes")
    assert states(team.ada) == {"churn#prod#1": "ready"}

    assert said(team.grace, "revoke", oid, "-m", "Wait") == "grace@x no longer approves churn#prod#1"
    assert "grace@x revoked their approval" in refused(team.lin, "approve", oid, "--yes")
    assert states(team.ada) == {"churn#prod#1": "waiting"}
    said(team.grace, "approve", oid, "--yes")
    assert said(team.ada, "land", oid) == "churn#prod#1"
    assert "has landed already" in refused(team.grace, "revoke", oid)


def test_who_is_not_asked_can_not_approve(team: Team, keys: dict[str, SshKey]) -> None:
    oid = proposal(team.ada)
    stranger = member(team.server, "eve", SshKey.make(team.server.path / "eve"))

    assert "'ada@x' signed 'churn#prod#1', and so can't approve it" in refused(team.ada, "approve", oid, "--yes")
    assert "your signature does not count: it is by ED25519 key" in refused(stranger, "approve", oid, "--yes")
    assert "is that of 'lin@x', not of 'grace@x'" in refused(team.lin, "approve", oid, "--yes", "--as", "grace@x")
    team.grace.git("config", "user.signingKey", str(keys["lin"].file))
    said(team.grace, "approve", oid, "--yes")
    assert "'lin@x' has approved 'churn#prod#1' already" in refused(team.lin, "approve", oid, "--yes")


def test_what_was_overtaken_can_not_be_approved_any_more(team: Team) -> None:
    old = proposal(team.ada, "assign", "churn", "prod", "--version", "v1.0.0")
    new = proposal(team.ada)
    said(team.grace, "approve", old, "--yes")
    said(team.grace, "approve", new, "--yes")
    said(team.lin, "approve", new, "--yes", "--land")

    assert states(team.ada) == {"churn#prod#1": "overtaken"}
    assert "'churn#prod#1' can't land as it was proposed: [" in refused(team.lin, "approve", old, "--yes")
    assert "propose it again" in refused(team.lin, "land", old)


def test_what_has_expired_can_not_be_approved_any_more(new_team: Callable[..., Team]) -> None:
    team = new_team(POLICY.replace('repository = "acme', 'expire = "1s"\nrepository = "acme'))
    oid = proposal(team.ada)
    while states(team.ada) != {"churn#prod#1": "expired"}:
        pass

    assert "longer ago than `approvals.expire` allows" in refused(team.grace, "approve", oid, "--yes")
    assert "longer ago than `approvals.expire` allows" in refused(team.grace, "land", oid)


def test_without_a_remote_there_is_nothing_to_approve(repo: Repo) -> None:
    for command in ("proposals", "approve 1234567", "propose assign churn prod"):
        assert "there is no remote 'origin'" in refused(repo, *command.split())


def test_where_the_allowed_signers_are_on_the_server_alone_it_tells_whose_signature_it_is(
    new_team: Callable[..., Team], tmp_path: Path, keys: dict[str, SshKey]
) -> None:
    signers = tmp_path / "signers"
    signers.write_text("".join(key.allowed(f"{name}@x") for name, key in keys.items()))
    policy = ONE_EYE.replace("ref:HEAD:allowed_signers", "file:{}") + 'not = ["tagger"]\n'
    team = new_team(policy.format(signers))
    (tmp_path / "clone.toml").write_text(policy.format("/not/here"))
    for one in (team.ada, team.grace, team.lin):
        one.git("config", "tagwarden.policy", f"file:{tmp_path / 'clone.toml'}")

    oid = proposal(team.ada)
    err = refused(team.grace, "approve", oid, "--yes", "--as", "ada@x")
    assert "the allowed signers are not here, so only the server can tell whose signature it is" in err
    assert "nothing was changed" in err
    ran = tagwarden(team.grace.path, "approve", oid, "--yes", "--land")
    assert ran.out == "churn#prod#1 approved by grace@x\n"
    assert "churn#prod#1 has landed" in ran.err


def test_somebody_may_be_faster(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = proposal(team.ada)
    said(team.grace, "approve", oid, "--yes")
    sign = approving.sign_endorsement

    def sign_slowly(*args: Any) -> Any:
        if "churn#prod#1" not in team.server.tags():
            team.server.git("update-ref", "refs/tags/churn#prod#1", oid)
        return sign(*args)

    monkeypatch.setattr(approving, "sign_endorsement", sign_slowly)

    assert "'churn#prod#1' has landed in the meantime" in refused(team.lin, "approve", oid, "--yes")


def test_the_key_may_be_an_openpgp_key(new_team: Callable[..., Team], pgp: PgpKey, keys: dict[str, SshKey]) -> None:
    team = new_team(ONE_EYE)
    signers = "".join(keys[name].allowed(f"{name}@x") for name in ("ada", "lin")) + pgp.allowed("grace@x")
    team.server.commit_on_main({"allowed_signers": signers})
    team.grace.git("fetch", "--quiet")
    team.grace.git("config", "gpg.format", "openpgp")
    team.grace.git("config", "user.signingKey", pgp.fingerprint)
    oid = proposal(team.ada)

    assert said(team.grace, "approve", oid, "--yes", "--land") == "churn#prod#1 approved by grace@x"
    assert team.server.refs("refs/tags/")["refs/tags/churn#prod#1"] == oid


def test_who_approved_what_is_shown_where_the_approvals_are_and_can_be_verified(team: Team) -> None:
    team.ada.git("merge", "--quiet", "origin/main")
    digest = hashlib.sha256(b"better\n").hexdigest()
    policy = POLICY.replace('stages = ["prod"]', 'what = ["assign", "register"]')
    team.server.commit_on_main({"tagwarden.toml": policy})
    assert "note: the policy is that of the last fetch" in tagwarden(team.ada.path, "proposals").err
    for one in (team.ada, team.grace, team.lin):
        one.git("fetch", "--quiet")
    for args in (
        ["register", "fraud", "--trailer", f"Artifact=sha256:{digest} model.txt"],
        ["assign", "fraud", "prod", "--version", "v0.0.1"],
    ):
        oid = said(team.ada, "propose", *args)
        said(team.grace, "approve", oid, "--yes", "-m", "Looked at it")
        said(team.lin, "approve", oid, "--yes", "--land")
        team.ada.git("fetch", "--quiet", "--tags")

    for place, repo in (
        (team.server, []),
        (team.ada, ["-r", "origin"]),
        (team.ada, ["-r", f"file://{team.server.path}"]),
    ):
        assert re.search(r"APPROVED BY\n.*fraud#prod#1 .* grace@x, lin@x\n", said(place, "history", "fraud", *repo))
    events = {one["tag"]: one for one in tagwarden(team.server.path, "history", "--json").json["events"]}
    assert [one["reason"] for one in events["fraud#prod#1"]["approvals"]] == ["Looked at it", ""]
    assert "approvals" not in events["churn@v1.0.0"]
    assert "APPROVED BY" not in said(team.ada, "history", "fraud")
    shown = said(team.ada, "show", "fraud@v0.0.1", "-r", "origin")
    assert "\napproved by grace@x, lin@x\nin prod by fraud#prod#1, approved by grace@x, lin@x\n" in shown
    logged = said(team.server, "log", "--model", "fraud")
    assert "  note: 'fraud#prod#1' has the approvals of grace@x, lin@x\n" in logged
    verify = ["verify", "model.txt", "fraud#prod"]
    assert "whether 'fraud#prod#1' was approved is not known here" in tagwarden(team.ada.path, *verify).err
    team.ada.git("fetch", "--quiet", "origin", "refs/tagwarden/*:refs/tagwarden/*")
    ran = tagwarden(team.ada.path, *verify)
    assert (ran.status, "not known here" in ran.err) == (0, False), ran
    (ref,) = [ref for ref in team.ada.refs("refs/tagwarden/approvals/") if oid in ref and ref.endswith("lin@x")]
    team.ada.git("update-ref", "-d", ref)
    ran = tagwarden(team.ada.path, *verify)
    assert ran.status == 1
    assert "the policy wants 'fraud#prod#1' to be approved, and it needs 1 of @risk" in ran.err
    # The version that it assigns must have been approved as well.
    team.ada.git("fetch", "--quiet", "origin", "refs/tagwarden/*:refs/tagwarden/*")
    registered = team.ada.git("rev-parse", "refs/tags/fraud@v0.0.1")
    for ref in team.ada.refs(f"refs/tagwarden/approvals/{registered}"):
        team.ada.git("update-ref", "-d", ref)
    for query in ("fraud#prod", "fraud@latest"):
        ran = tagwarden(team.ada.path, "verify", "model.txt", query)
        assert ran.status == 1
        assert "the policy wants 'fraud@v0.0.1' to be approved, and it needs " in ran.err
