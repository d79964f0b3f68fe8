"""Approvals on a server, by raw pushes: honest ones land, and of every attack nothing does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.approval_attacks import APPROVAL_ATTACKS, Attack
from support.approval_scene import POLICY, ApprovalScene, Keys
from support.approval_schedules import play_seed
from support.attack_scene import Scene, git_has_reftables
from support.command_line import tagwarden
from support.faults import GIT_FAULTS, FaultyHook, complaints
from support.real_approvals import RealRegistry
from support.registry_checks import audit_errors, check_gto_agrees
from support.signing import PgpKey, needs_gpg, needs_ssh
from tagwarden.policy.approvals.guard import MOST_OF_A_MODEL, MOST_OF_A_PERSON
from tagwarden.policy.approvals.refs import approval_ref, proposal_ref
from tagwarden.repository.signatures.verifier import MOST_BAD
from tagwarden.server_hooks.log.chain import read_lines

pytestmark = needs_ssh

NewScene = Callable[..., Scene]
NewApprovals = Callable[..., ApprovalScene]


# Random schedules in which tags that need approvals land; in the first one they are archived, too.
SEEDS_THAT_LAND = (16, 7, 8, 18, 23, 32, 45)

FORMS = [
    {"hook": "pre-receive"},
    {"hook": "update"},
    {"hook": "pre-receive", "object_format": "sha256"},
    pytest.param({"hook": "update", "object_format": "sha256"}, marks=pytest.mark.thorough),
    pytest.param(
        {"hook": "pre-receive", "refs_in": "reftable"},
        marks=pytest.mark.skipif(not git_has_reftables(), reason="this Git keeps refs in files only"),
    ),
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_proposal_lands_once_two_others_have_approved_it(new_approvals: NewApprovals, form: dict[str, str]) -> None:
    scene = new_approvals(**form)
    tag = scene.tag()

    assert "[approved]" in scene.land(tag).told
    assert scene.propose(tag).landed
    scene.approve(tag, "grace")
    refused = scene.land(tag)
    assert not refused.landed
    assert "needs 1 more of @ml (has grace@x)" in refused.told
    scene.approve(tag, "lin")
    landed = scene.land(tag)

    assert landed.landed, landed.told
    check_gto_agrees(scene.server.path)


def sampled(attacks: Sequence[Attack], hook: str, first: int) -> list[Any]:
    """Every second of the attacks by this hook in everybody's suite, the others in the thorough one."""
    return [
        pytest.param(attack, hook, id=f"{attack.name}, {hook}", marks=() if n % 2 == first else pytest.mark.thorough)
        for n, attack in enumerate(attacks)
    ]


@pytest.mark.parametrize(
    ("attack", "hook"), sampled(APPROVAL_ATTACKS, "pre-receive", 0) + sampled(APPROVAL_ATTACKS, "update", 1)
)
def test_nothing_lands_of_an_attack(new_approvals: NewApprovals, attack: Attack, hook: str) -> None:
    nothing_lands_of(attack, new_approvals(policy=attack.policy, hook=hook))


@pytest.mark.thorough
@pytest.mark.skipif(not git_has_reftables(), reason="this Git keeps refs in files only")
@pytest.mark.parametrize("attack", APPROVAL_ATTACKS, ids=[attack.name for attack in APPROVAL_ATTACKS])
def test_nothing_lands_of_an_attack_on_a_reftable(new_approvals: NewApprovals, attack: Attack) -> None:
    nothing_lands_of(attack, new_approvals(policy=attack.policy, refs_in="reftable"))


def nothing_lands_of(attack: Attack, scene: ApprovalScene) -> None:
    attempt = attack.begin(scene)
    before = scene.scene.refs()

    result = scene.push(attempt.updates, by=attempt.by, capabilities=("atomic",))

    assert not result.landed, result.told
    assert scene.scene.refs() == before
    assert attempt.says in result.told.replace("remote: ", ""), result.told


def test_who_proposed_may_withdraw_and_propose_again(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    tag = scene.tag()
    assert scene.propose(tag, by="ada").landed
    scene.approve(tag, "grace", "lin")

    assert scene.push({proposal_ref(tag): None}, by="ada").landed
    assert not scene.land(tag).landed
    assert scene.propose(tag, by="zoe").landed
    assert not scene.push({proposal_ref(tag): None}, by="ada").landed

    assert scene.land(tag).landed


def test_a_revoked_approval_may_be_given_again(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")
    assert scene.push({scene.place(tag, "lin"): scene.approval(tag, "lin", verdict="revoke")}).landed
    scene.approve(tag, "lin")

    assert scene.land(tag).landed


def test_a_policy_without_not_lets_an_unsigned_tag_land(new_approvals: NewApprovals) -> None:
    scene = new_approvals(policy=POLICY.replace('not = ["tagger", "pusher"]\n', ""))
    tag = scene.tag(by=None)
    scene.propose(tag, by="")
    scene.approve(tag, "grace", "lin")

    assert scene.land(tag, by="").landed


def test_the_policy_tells_as_whom_a_pusher_signs(new_approvals: NewApprovals) -> None:
    scene = new_approvals(policy=POLICY + '[people.principals]\nzoe = ["lin@x"]\nlin = []\n')
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")

    assert "lin@x, who pushes it, does not count" in scene.land(tag, by="zoe").told
    assert scene.land(tag, by="lin").landed


def test_in_an_emergency_that_the_policy_allows_a_tag_lands_without_approvals(new_approvals: NewApprovals) -> None:
    scene = new_approvals(policy=POLICY + '[emergency]\nwho = ["zoe"]\nrules = ["approved"]\n')
    scene.scene.configure([("receive.advertisePushOptions", "true")])
    option = "tagwarden.emergency=approved: prod is down"

    assert not scene.push({"refs/tags/m#prod#2": scene.tag()}, by="eve", options=[option]).landed
    assert scene.push({"refs/tags/m#prod#2": scene.tag()}, options=[option]).landed


def test_a_person_and_a_model_may_have_so_many_open_proposals(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    tags = [scene.tag(f"m#stage{number}", by=None) for number in range(MOST_OF_A_MODEL)]
    assert len(scene.push({proposal_ref(tag): tag for tag in tags}).landed) == MOST_OF_A_MODEL
    other = scene.tag("m#one-more", by=None)

    assert "the model has 50 open proposals" in scene.propose(other, by="eve").told
    assert "you have 50 open proposals" in scene.propose(scene.tag("n@v1.0.0", by=None)).told
    assert scene.propose(scene.tag("n@v1.0.0", by=None), by="eve").landed
    assert scene.push({proposal_ref(tags[0]): None}).landed
    assert scene.propose(other, by="eve").landed


def test_proposals_of_one_push_count_together_with_those_of_other_models(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    tags = [scene.tag(f"m{number}@v1.0.0", by=None) for number in range(MOST_OF_A_PERSON + 1)]
    assert scene.propose(tags[0]).landed

    refused = scene.push({proposal_ref(tag): tag for tag in tags[1:]})

    assert "you have 50 open proposals" in refused.told
    assert len(scene.push({proposal_ref(tag): tag for tag in tags[2:]}).landed) == MOST_OF_A_PERSON - 1


def test_the_update_hook_counts_proposals_that_git_has_not_stored_yet(new_approvals: NewApprovals) -> None:
    scene = new_approvals(hook="update")
    tags = [scene.tag(f"m#stage{number}", by=None) for number in range(MOST_OF_A_MODEL)]
    scene.scene.point({proposal_ref(tag): scene.store(tag) for tag in tags[:-1]})
    more = [tags[-1], scene.tag("m#one-more", by=None)]

    refused = scene.push({proposal_ref(tag): tag for tag in more}, capabilities=("atomic",))

    assert not refused.landed
    assert "the model has 50 open proposals" in refused.told


def test_no_evidence_changes_in_the_push_that_lands_its_tag(new_approvals: NewApprovals) -> None:
    scene = new_approvals(hook="update", policy=POLICY.replace("count = 2", "count = 1"))
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")
    revoked = scene.approval(tag, "lin", verdict="revoke")
    prod = "refs/tags/m#prod#2"

    for change in ({proposal_ref(tag): None}, {scene.place(tag, "lin"): revoked}):
        result = scene.push({prod: tag, **change}, capabilities=("atomic",))
        assert not result.landed
        assert "lands with this push, so it may not change" in result.told


def test_a_site_policy_needs_no_other_rule_for_its_approvals(new_approvals: NewApprovals, tmp_path: Path) -> None:
    scene = new_approvals()
    site = tmp_path / "site.toml"
    site.write_text(POLICY.format(signers=scene.keys.signers))
    scene.scene.configure([("tagwarden.sitePolicy", f"file:{site}")])
    scene.scene.govern('[rules]\ntag-name-in-object = "off"\n')

    disguised = scene.push({"refs/tags/m#dev": scene.tag("m#prod#2")})

    assert not disguised.landed
    assert "has the name 'm#prod#2' in its object" in disguised.told


def test_the_log_names_who_proposed_and_who_approved(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    tag = scene.tag()
    scene.propose(tag, by="ada")
    scene.approve(tag, "grace")

    lines = [json.loads(line) for line in read_lines(str(scene.server.path))]

    assert [(line["pusher"]["name"], line["updates"][0]["ref"]) for line in lines] == [
        ("ada", proposal_ref(tag)),
        ("zoe", scene.place(tag, "grace")),
    ]


def test_an_audit_counts_the_approvals_of_what_landed(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")
    scene.land(tag)
    assert unapproved(scene) == {"refs/tags/m#prod#1"}

    scene.server.git("update-ref", "-d", scene.place(tag, "lin"))
    assert unapproved(scene) == {"refs/tags/m#prod#1", "refs/tags/m#prod#2"}


def test_words_of_people_whom_the_policy_does_not_name_keep_nothing_from_landing(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    tag = scene.tag()
    scene.propose(tag)
    scene.approve(tag, "grace", "lin")
    word = scene.store(scene.approval(tag, "eve"))
    planted = (approval_ref(tag, f"{number}@x") for number in range(1000))
    scene.scene.point({ref: word for ref in planted if ref is not None})

    assert scene.land(tag).landed


@pytest.mark.thorough
def test_of_people_whom_the_policy_names_any_number_may_have_keys_that_are_no_longer_valid(
    new_approvals: NewApprovals, tmp_path: Path
) -> None:
    former = [f"former-{number}@x" for number in range(MOST_BAD + 2)]
    scene = new_approvals(policy=POLICY.replace("groups.ml = [", f"groups.ml = [{str(former)[1:-1]}, "))
    tags = {name: scene.tag(name) for name in ("m#prod#2", "m#prod#3")}
    words = {}
    for tag in tags.values():
        scene.propose(tag)
        scene.approve(tag, "grace", "lin")
        stale = scene.store(scene.approval(tag, "late"))
        words.update({ref: stale for one in former if (ref := approval_ref(tag, one)) is not None})
    scene.scene.point(words)

    landed = scene.push({f"refs/tags/{name}": tag for name, tag in tags.items()})

    assert len(landed.landed) == len(tags), landed.told


def test_status_names_an_id_that_is_not_the_policys(new_approvals: NewApprovals) -> None:
    scene = new_approvals()
    assert tagwarden(scene.server.path, "status", "--server").status == 0

    scene.scene.configure([("tagwarden.repositoryId", "eve/models")])

    ran = tagwarden(scene.server.path, "status", "--server")
    assert ran.status == 1
    assert "the server's Git setting tagwarden.repositoryId is 'eve/models'" in ran.out


def unapproved(scene: ApprovalScene) -> set[str | None]:
    """What an audit finds without its approvals."""
    return {ref for rule, ref in audit_errors(scene.server.path) if rule == "approved"}


@pytest.mark.parametrize(
    "seed", [SEEDS_THAT_LAND[0], *(pytest.param(s, marks=pytest.mark.thorough) for s in SEEDS_THAT_LAND[1:])]
)
def test_a_random_schedule_of_real_pushes_lands_nothing_without_its_quorum(
    new_scene: NewScene, keys: Keys, seed: int
) -> None:
    registry = RealRegistry(new_scene(hook="update" if seed % 2 else "pre-receive"), keys)

    assert play_seed(seed, 16, registry)


@needs_gpg
def test_an_openpgp_signature_approves_as_well(new_approvals: NewApprovals, tmp_path: Path) -> None:
    scene = new_approvals()
    key = PgpKey.make(tmp_path / "gnupg", "Grace <grace@x>")
    try:
        signers = tmp_path / "signers"
        signers.write_text(scene.keys.signers.read_text().replace("grace@x", "#") + key.allowed("grace@x"))
        scene.scene.govern(POLICY.format(signers=signers))
        tag = scene.tag()
        scene.propose(tag)
        scene.approve(tag, "lin")
        said = scene.content(scene.approval(tag, "grace")).partition(b"-----BEGIN")[0]
        detach = ["gpg", "--homedir", str(key.home), "--quiet", "--armor", "--detach-sign"]
        signature = subprocess.run(detach, input=said, capture_output=True, check=True).stdout
        word = scene.make(said + signature)

        approved = scene.push({scene.place(tag, "grace"): word})

        assert approved.landed, approved.told
        assert scene.land(tag).landed
    finally:
        key.stop()


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=() if fault == "is killed" else pytest.mark.thorough) for fault in GIT_FAULTS]
)
def test_a_git_that_fails_makes_no_quorum(
    new_approvals: NewApprovals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("REMOTE_USER", "zoe")
    scene = new_approvals()
    hook = FaultyHook(scene.server, tmp_path)
    tags = {"good": scene.tag(), "revoked": scene.tag(message="On second thoughts\n")}
    for push, tag in tags.items():
        scene.propose(tag)
        scene.approve(tag, "grace", "lin")
        hook.lines[push] = f"{scene.scene.nothing} {scene.store(tag)} refs/tags/m#prod#2\n"
    word = scene.approval(tags["revoked"], "lin", verdict="revoke")
    assert scene.push({scene.place(tags["revoked"], "lin"): word}).landed
    assert {push: hook.run(push).exit for push in tags} == {"good": 0, "revoked": 1}

    for push in tags:
        for at in range(1, hook.git_calls(push) + 1):
            assert complaints(push, hook.with_spoilt_git(push, fault, at)) == [], (push, at)
