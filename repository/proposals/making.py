"""Pushes proposals, approvals, revocations, landings and withdrawals; signs with the user's own Git."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...policy.approvals.approval import NAME, approval_message
from ...policy.approvals.refs import approval_ref, proposal_ref
from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.objects.tag_object import parse_tag_object
from ...policy.push import Tag, TagPush
from ...policy.record import Record
from ..making.signing import signed
from ..making.writing import TagDraft, committer, push, store_object
from ..remote.clone_and_remote import CloneAndRemoteReader
from ..remote.remote import Remote, RemoteUnavailable
from ..signatures.verifier import find_verifier
from .on_remote import current_refs

if TYPE_CHECKING:
    from typing import Literal

    from ...policy.approvals.approval import ApprovalVerdict
    from ...policy.file.policy import Policy
    from ...policy.push import Signature
    from ..git.command import Git
    from .on_remote import Proposal, ProposedThere
    from .status import ProposalStatus

    # The outcome of a push: done, or what prevented it.
    Said = Literal["pushed", "landed", "withdrawn", "refused"]
    Landed = Literal["landed", "exists anyway", "taken", "refused"]
    Withdrawn = Literal["withdrawn", "landed", "refused"]


class SignedEndorsement(Record):
    """An approval or revocation that is signed, but not stored yet.

    `raw` is the tag object, `time` is in seconds since the epoch, and `signature` is None if only the server can
    verify it.
    """

    raw: bytes
    time: int
    signature: Signature | None


def sign_endorsement(
    there: ProposedThere, status: ProposalStatus, policy: Policy, verdict: ApprovalVerdict, reason: str
) -> SignedEndorsement:
    """The user's approval or revocation of a proposal, signed as Git is configured.

    Its time is after that of their earlier one. Raises CannotJudge, with Git's message, if it can't be signed.
    """
    made = _signed(there, status.proposal.oid, policy, verdict, reason, int(time.time()))
    principal = made.signature.principal if made.signature else None
    before = [one.time for one in status.approvals.endorsements if one.principal == principal]
    if before and made.time <= before[0]:
        made = _signed(there, status.proposal.oid, policy, verdict, reason, before[0] + 1)
    return made


def _signed(
    there: ProposedThere, oid: str, policy: Policy, verdict: ApprovalVerdict, reason: str, when: int
) -> SignedEndorsement:
    message = approval_message(policy.base.approvals.repository or "", verdict, reason)
    raw = signed(there.git, TagDraft(NAME, oid, "tag", committer(there.git), when, message))
    reader = CloneAndRemoteReader(there.git, there.listing, remote=there.remote)
    try:
        verify = find_verifier(policy, reader, there.git, now=when, remote=there.remote)
        tag = Tag(NAME, NAME, "tag", parse_tag_object(raw))
        reader.add_object(tag.oid, raw)
        signature = verify([TagPush(NAME, None, None, tag)]).get(NAME) if verify is not None else None
        return SignedEndorsement(raw, when, signature)
    finally:
        reader.close()


def push_proposal(git: Git, remote: str, raw: bytes, branch: str | None) -> bool:
    """Atomically push the tag object `raw` as a proposal, with `branch` (a full name) if there is one.

    Returns whether the remote has the proposal now. Raises CannotJudge if that can't be determined.
    """
    oid = store_object(git, raw)
    ref = proposal_ref(oid)
    if push(git, remote, [*([branch] if branch else []), f"{oid}:{ref}"]):
        return True
    return ref in (current_refs(git, remote, "HEAD").approvals or {})


def push_endorsement(there: ProposedThere, proposal: Proposal, principal: str, raw: bytes) -> Said:
    """Push the approval or revocation `raw` as that of `principal`, replacing their earlier one.

    Raises CannotJudge if the outcome can't be determined, or if the principal's name is too long for a ref.
    """
    ref = approval_ref(proposal.oid, principal)
    if ref is None:
        raise CannotJudge(
            f"The principal {principal!r} is too long for a ref. Use a shorter one in the allowed signers."
        )
    oid = store_object(there.git, raw)
    if push(there.git, there.remote, [f"+{oid}:{ref}"]):
        return "pushed"
    listing = current_refs(there.git, there.remote, proposal.tag.name)
    assert listing.approvals is not None
    if listing.approvals.get(ref) == oid:
        return "pushed"
    if listing.tags.get(proposal.tag.name) == proposal.oid:
        return "landed"
    return "refused" if proposal_ref(proposal.oid) in listing.approvals else "withdrawn"


def push_landing(there: ProposedThere, proposal: Proposal) -> Landed:
    """Push a proposed tag to its own name. Raises CannotJudge if the outcome can't be determined."""
    name = proposal.tag.name
    if push(there.git, there.remote, [f"{proposal.oid}:{TAGS}{name}"]):
        return "landed"
    found = current_refs(there.git, there.remote, name).tags.get(name)
    return "refused" if found is None else "exists anyway" if found == proposal.oid else "taken"


def push_withdrawal(there: ProposedThere, proposal: Proposal) -> Withdrawn:
    """Delete a proposal. Raises CannotJudge if the outcome can't be determined."""
    ref = proposal_ref(proposal.oid)
    if push(there.git, there.remote, [f":{ref}"]):
        return "withdrawn"
    listing = current_refs(there.git, there.remote, proposal.tag.name)
    if ref not in (listing.approvals or {}):
        return "withdrawn"
    return "landed" if listing.tags.get(proposal.tag.name) == proposal.oid else "refused"


def fetch_landed(there: ProposedThere, proposal: Proposal) -> bool:
    """Fetch a tag that has landed into the clone; returns whether the remote gave it."""
    try:
        Remote.named(there.repository, there.remote).fetch_tag(proposal.tag.name)
    except RemoteUnavailable:
        return False
    return True
