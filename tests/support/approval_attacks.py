"""Pushes that try to land a tag without its approvals, or to damage their evidence; nothing of them may land."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tagwarden.policy.approvals.refs import ROOT, approval_ref, proposal_ref
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.archiving import archive_approvals

from .approval_scene import POLICY, ApprovalScene

PROD = "refs/tags/m#prod#2"


class Attempt(NamedTuple):
    """The refs that the push changes, who pushes, and what the refusal must say."""

    updates: Mapping[str, str | None]
    says: str
    by: str = "zoe"


class Attack(NamedTuple):
    """`begin` prepares the attack by honest pushes, and returns the attempt; `policy` judges it."""

    name: str
    begin: Callable[[ApprovalScene], Attempt]
    policy: str = POLICY


def approved(scene: ApprovalScene, tag: str | None = None, people: tuple[str, ...] = ("grace", "lin")) -> str:
    """Propose a tag and have it approved by these people; returns its id."""
    tag = tag or scene.tag()
    result = scene.propose(tag)
    assert result.landed, result.told
    scene.approve(tag, *people)
    return tag


def edited(scene: ApprovalScene, tag: str, old: bytes, new: bytes, by: str = "ada") -> str:
    """Change a tag object after its approval, and sign it again; returns its id."""
    unsigned = scene.content(tag).partition(b"-----BEGIN")[0]
    assert old in unsigned
    return scene.make(scene.keys.sign(unsigned.replace(old, new), by))


def never_proposed(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: scene.tag()}, "needs 2 of @ml")


def one_of_two(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: approved(scene, people=("grace",))}, "needs 1 more of @ml (has grace@x)")


def under_another_name(scene: ApprovalScene) -> Attempt:
    return Attempt({"refs/tags/m#prod#3": approved(scene)}, "[tag-name-in-object]")


def on_another_commit(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    return Attempt({PROD: edited(scene, tag, *(scene.scene.id(one).encode() for one in ("c2", "c1")))}, "[approved]")


def another_message(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: edited(scene, approved(scene), b"As agreed", b"As I like")}, "[approved]")


def signed_by_somebody_else(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: edited(scene, approved(scene), b"", b"", by="eve")}, "[approved]")


def text_after_the_signature(scene: ApprovalScene) -> Attempt:
    tag = scene.make(scene.content(approved(scene)) + b"and by Lin\n")
    return Attempt({PROD: tag}, "[approved]")


def two_keys_of_one_person(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=("grace",))
    other = approval_ref(tag, "grace@x ")
    assert other is not None
    return Attempt({other: scene.approval(tag, "grace-2")}, "belongs to 'grace@x '")


def both_keys_in_turn(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: approved(scene, people=("grace", "grace-2"))}, "needs 1 more of @ml (has grace@x)")


def own_approval_under_another_tagger(scene: ApprovalScene) -> Attempt:
    # The tagger line says Ada, but Grace signed.
    tag = approved(scene, scene.tag(by="grace"))
    return Attempt({PROD: tag}, "grace@x, who signed the tag, does not count")


def approved_by_whoever_lands(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: approved(scene)}, "lin@x, who pushes it, does not count", by="lin")


def unsigned(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: approved(scene, scene.tag(by=None))}, "has no good signature")


def unknown_pusher(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: approved(scene)}, "the pusher is not known", by="")


def approval_in_the_name_of_another(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=("grace",))
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "eve")}, "the signature is by 'eve@x'")


def foreign_key(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "mallory")}, "has no good signature")


def expired_key(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "late", at=900_000_000)}, "has no good signature")


def approval_for_a_fork(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "lin", repository="eve/models")}, "'eve/models'")


def approval_of_another_tag(scene: ApprovalScene) -> Attempt:
    tag, other = approved(scene, people=()), scene.tag("m#dev")
    return Attempt({scene.place(tag, "lin"): scene.approval(other, "lin")}, "of another tag object")


def text_after_an_approval(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    longer = scene.make(scene.content(scene.approval(tag, "lin")) + b"Not really\n")
    return Attempt({scene.place(tag, "lin"): longer}, "text after its signature")


def a_word_that_was_changed(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    revoked = scene.content(scene.approval(tag, "lin", verdict="revoke"))
    return Attempt({scene.place(tag, "lin"): scene.make(revoked.replace(b": revoke", b": approve"))}, "good signature")


def approval_without_a_proposal(scene: ApprovalScene) -> Attempt:
    tag = scene.tag()
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "lin"), proposal_ref(tag): tag}, "must exist before")


def approvals_along_with_the_tag(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=("grace",))
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "lin"), PROD: tag}, "needs 1 more of @ml")


def approval_after_a_revocation(scene: ApprovalScene) -> Attempt:
    """An approval that Lin once signed is pushed again over Lin's revocation."""
    tag = approved(scene)
    old = scene.scene.refs()[scene.place(tag, "lin")]
    revoked = scene.push({scene.place(tag, "lin"): scene.approval(tag, "lin", verdict="revoke")})
    assert revoked.landed, revoked.told
    return Attempt({scene.place(tag, "lin"): old}, "an older one can't replace")


def approval_of_the_second_in_which_it_was_revoked(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    second = scene.now
    said, unsaid = (scene.approval(tag, "lin", verdict=word, at=second) for word in ("approve", "revoke"))
    assert scene.push({scene.place(tag, "lin"): unsaid}).landed
    return Attempt({scene.place(tag, "lin"): said}, "an older one can't replace")


def landing_after_a_revocation(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    revoked = scene.push({scene.place(tag, "lin"): scene.approval(tag, "lin", verdict="revoke")})
    assert revoked.landed, revoked.told
    return Attempt({PROD: tag}, "needs 1 more of @ml (has grace@x)")


def landing_along_with_a_revocation(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    word = scene.approval(tag, "lin", verdict="revoke")
    return Attempt({scene.place(tag, "lin"): word, PROD: tag}, "needs 1 more of @ml (has grace@x)")


def deleting_an_approval(scene: ApprovalScene) -> Attempt:
    return Attempt({scene.place(approved(scene), "lin"): None}, "may not be deleted")


def overwriting_an_approval(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    return Attempt(
        {scene.place(tag, "lin"): scene.approval(tag, "grace", verdict="revoke")}, "signature is by 'grace@x'"
    )


def withdrawing_the_proposal_of_another(scene: ApprovalScene) -> Attempt:
    return Attempt({proposal_ref(approved(scene)): None}, "withdrawn only by its proposer ('zoe')", by="eve")


def landing_what_was_withdrawn(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    assert scene.push({proposal_ref(tag): None}).landed
    return Attempt({PROD: tag}, "no longer proposed")


def landing_while_withdrawing(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    return Attempt({proposal_ref(tag): None, PROD: tag}, "no longer proposed")


def moving_a_proposal(scene: ApprovalScene) -> Attempt:
    return Attempt({proposal_ref(approved(scene)): scene.tag()}, "must name the object whose id it contains")


def overtaken(scene: ApprovalScene) -> Attempt:
    """Another version was assigned to the stage after this one was approved."""
    first, second = approved(scene), approved(scene, scene.tag("m#prod#3", "c2", message="Sooner\n"))
    landed = scene.land(second, "m#prod#3")
    assert landed.landed, landed.told
    return Attempt({PROD: first}, "[event-time]")


def approval_of_what_was_overtaken(scene: ApprovalScene) -> Attempt:
    """Another object has landed under the proposed name."""
    late, tag = approved(scene, scene.tag(message="Later\n"), ("grace",)), approved(scene)
    landed = scene.land(tag)
    assert landed.landed, landed.told
    return Attempt({scene.place(late, "lin"): scene.approval(late, "lin")}, "already exists with a different object")


def revoking_after_landing(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    landed = scene.land(tag)
    assert landed.landed, landed.told
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "lin", verdict="revoke")}, "it may not change")


def withdrawing_after_landing(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    landed = scene.land(tag)
    assert landed.landed, landed.told
    return Attempt({proposal_ref(tag): None}, "it may not change")


def deregistering_instead(scene: ApprovalScene) -> Attempt:
    return Attempt({"refs/tags/m@v1.0.0!": scene.tag("m@v1.0.0!", "c1")}, "takes v1.0.0 out of the stage 'prod'")


def deprecating_instead(scene: ApprovalScene) -> Attempt:
    return Attempt({"refs/tags/m@deprecated": scene.tag("m@deprecated", "c1")}, "takes v1.0.0 out of the stage 'prod'")


def a_deregistration_beside_what_is_approved(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    return Attempt({PROD: tag, "refs/tags/m@v1.0.0!": scene.tag("m@v1.0.0!", "c1")}, "[approved]")


def another_ref_of_ours(scene: ApprovalScene) -> Attempt:
    return Attempt({f"{ROOT}notes/x": scene.tag()}, "is neither refs/tagwarden/proposals/ID nor")


def a_second_spelling(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=("grace",))
    ref = scene.place(tag, "grace").replace("/grace@x", "/%67race@x")
    return Attempt({ref: scene.approval(tag, "grace-2")}, "is neither refs/tagwarden/proposals/ID nor")


def approval_under_ones_name_in_another_case(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=("grace",))
    ref = scene.place(tag, "grace").replace("/grace@x", "/Grace@x")
    return Attempt({ref: scene.approval(tag, "grace-2")}, "belongs to 'Grace@x', but")


def proposal_whose_id_is_in_capitals(scene: ApprovalScene) -> Attempt:
    tag = scene.tag()
    return Attempt({proposal_ref(tag.upper()): tag}, "is neither refs/tagwarden/proposals/ID nor")


def archived_evidence_again(scene: ApprovalScene) -> Attempt:
    """Anybody with the archive can push its approvals again; nor can Lin revoke one of them after the landing."""
    tag = approved(scene)
    landed = scene.land(tag)
    assert landed.landed, landed.told
    folder = str(scene.server.git_dir)
    archive_approvals(folder, Git.of_folder(folder))
    word = scene.approval(tag, "lin", verdict="revoke")
    return Attempt({proposal_ref(tag): tag, scene.place(tag, "lin"): word}, "it may not change")


def proposing_what_is_no_tag_of_a_model(scene: ApprovalScene) -> Attempt:
    tag = scene.tag("weekly")
    return Attempt({proposal_ref(tag): tag}, "is not a model tag")


def proposing_a_commit(scene: ApprovalScene) -> Attempt:
    commit = scene.scene.id("c2")
    return Attempt({proposal_ref(commit): commit}, "it is a commit, not a tag object")


def proposing_a_huge_tag(scene: ApprovalScene) -> Attempt:
    tag = scene.tag(message="x" * 70_000 + "\n")
    return Attempt({proposal_ref(tag): tag}, "; it may have 65536")


def a_huge_approval(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    word = scene.approval(tag, "lin", change=lambda content: content + b"x" * 20_000 + b"\n")
    return Attempt({scene.place(tag, "lin"): word}, "an approval may have 16384")


def from_the_future(scene: ApprovalScene) -> Attempt:
    tag = approved(scene, people=())
    return Attempt({scene.place(tag, "lin"): scene.approval(tag, "lin", at=scene.now + 100_000)}, "in the future")


EXPIRING = POLICY.replace("repository =", 'expire = "1m"\nrepository =')


def expired_proposal(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    scene.scene.govern(EXPIRING.format(signers=scene.keys.signers))
    return Attempt({PROD: tag}, "was made too long ago")


def proposing_what_has_expired(scene: ApprovalScene) -> Attempt:
    """Expired proposals don't count as open ones."""
    tag = scene.tag()
    return Attempt({proposal_ref(tag): tag}, "was made too long ago to land")


def landing_as_oneself_in_another_case(scene: ApprovalScene) -> Attempt:
    return Attempt({PROD: approved(scene)}, "lin@x, who pushes it, does not count", by="L-Smith")


EVALUATING = 'mode = "evaluate"\n' + POLICY
WITHOUT_APPROVALS = '[signing]\nallowed-signers = "file:{signers}"\n'


def seeding_what_no_policy_asks_for(scene: ApprovalScene) -> Attempt:
    tag = scene.tag()
    return Attempt({proposal_ref(tag): tag}, "the policy requires no approvals")


def deleting_where_no_policy_asks(scene: ApprovalScene) -> Attempt:
    tag = scene.tag()
    scene.scene.point({proposal_ref(tag): scene.store(tag)})
    return Attempt({proposal_ref(tag): None}, "the policy requires no approvals")


def another_repository(scene: ApprovalScene) -> Attempt:
    tag = approved(scene)
    scene.scene.configure([("tagwarden.repositoryId", "eve/models")])
    return Attempt({PROD: tag}, "no approval can be judged")


def all_refs_of_another_repository(scene: ApprovalScene) -> Attempt:
    """A fork has its own id and policy, but has copied all proposals and approvals."""
    tag = approved(scene)
    scene.scene.configure([("tagwarden.repositoryId", "eve/models")])
    scene.scene.govern(POLICY.replace("acme/models", "eve/models").format(signers=scene.keys.signers))
    return Attempt({PROD: tag}, "needs 2 of @ml")


PLAIN = (
    never_proposed, one_of_two, under_another_name, on_another_commit, another_message, signed_by_somebody_else,
    text_after_the_signature, two_keys_of_one_person, both_keys_in_turn, own_approval_under_another_tagger,
    approved_by_whoever_lands, unsigned, unknown_pusher, approval_in_the_name_of_another, foreign_key, expired_key,
    approval_for_a_fork, approval_of_another_tag, text_after_an_approval, a_word_that_was_changed,
    approval_without_a_proposal, approvals_along_with_the_tag, approval_after_a_revocation,
    approval_of_the_second_in_which_it_was_revoked, landing_after_a_revocation,
    landing_along_with_a_revocation, deleting_an_approval, overwriting_an_approval,
    withdrawing_the_proposal_of_another, landing_what_was_withdrawn, landing_while_withdrawing, moving_a_proposal,
    overtaken, approval_of_what_was_overtaken, revoking_after_landing, withdrawing_after_landing, deregistering_instead,
    deprecating_instead, a_deregistration_beside_what_is_approved, another_ref_of_ours, a_second_spelling,
    approval_under_ones_name_in_another_case, proposal_whose_id_is_in_capitals, archived_evidence_again,
    proposing_what_is_no_tag_of_a_model, proposing_a_commit, proposing_a_huge_tag, a_huge_approval, from_the_future,
    another_repository, all_refs_of_another_repository,
)  # fmt: skip

APPROVAL_ATTACKS = (
    *(Attack(begin.__name__.replace("_", " "), begin) for begin in PLAIN),
    Attack("expired proposal", expired_proposal),
    Attack("proposing what has expired", proposing_what_has_expired, EXPIRING),
    Attack(
        "landing as oneself in another case",
        landing_as_oneself_in_another_case,
        POLICY + '[people.principals]\nl-smith = ["lin@x"]\n',
    ),
    *(
        Attack(f"{begin.__name__.replace('_', ' ')}, while a policy only evaluates", begin, EVALUATING)
        for begin in (approval_after_a_revocation, deleting_an_approval)
    ),
    Attack("seeding what no policy asks for", seeding_what_no_policy_asks_for, WITHOUT_APPROVALS),
    Attack("deleting where no policy asks", deleting_where_no_policy_asks, WITHOUT_APPROVALS),
)
