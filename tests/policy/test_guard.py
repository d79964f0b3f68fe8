"""Which changes of proposals and approvals are let in, each told from its neighbour by one fact."""

from __future__ import annotations

import pytest

from tagwarden.policy.approvals.approval import MOST_BYTES, Approval
from tagwarden.policy.approvals.guard import (
    MOST_OF_A_MODEL,
    MOST_OF_A_PERSON,
    Guard,
    GuardedLine,
    ProposedTag,
    PushedApproval,
    objection_to,
)
from tagwarden.policy.approvals.refs import ApprovalRef, ProposalRef

T, OTHER, NEW = "1" * 40, "2" * 40, "3" * 40
GRACE, LATEST = "grace@example.com", 1000
GUARD = Guard(True, "models", "ada", LATEST, ())
TAG = ProposedTag(T, "churn#prod", None, was_proposed=False, landed=False)
STANDS = TAG._replace(was_proposed=True)
PROPOSAL = GuardedLine("refs/tagwarden/proposals/T", None, T, ProposalRef(T), TAG)
WITHDRAWN = PROPOSAL._replace(old=T, new=None, tag=STANDS._replace(proposer="ada"))
APPROVAL = Approval(T, "models", "approve", "", LATEST)
PUSHED = PushedApproval(APPROVAL, MOST_BYTES, GRACE, None, LATEST - 1)
APPROVAL_LINE = GuardedLine("refs/tagwarden/approvals/T/grace", OTHER, NEW, ApprovalRef(T, GRACE), STANDS, PUSHED)

LET_IN = {
    "a proposal": (PROPOSAL, GUARD),
    "the last proposal that a model may have": (PROPOSAL._replace(open_of_model=MOST_OF_A_MODEL - 1), GUARD),
    "the last proposal that a person may have": (PROPOSAL._replace(open_of_person=MOST_OF_A_PERSON - 1), GUARD),
    "a proposal withdrawn by who proposed it": (WITHDRAWN, GUARD),
    "an approval that is as long as it may be, of the last second, and newer than the one before": (
        APPROVAL_LINE,
        GUARD,
    ),
    "a first approval": (APPROVAL_LINE._replace(old=None, approval=PUSHED._replace(previous_time=None)), GUARD),
    "what names the object that it named, even where nothing may change": (
        APPROVAL_LINE._replace(old=NEW, tag=STANDS._replace(landed=True)),
        GUARD._replace(wanted=False),
    ),
}


def tag(line: GuardedLine, **what: object) -> GuardedLine:
    assert line.tag is not None
    return line._replace(tag=line.tag._replace(**what))


def approval(**what: object) -> GuardedLine:
    return APPROVAL_LINE._replace(approval=PUSHED._replace(**what))


KEPT_OUT = {
    "where no approvals are wanted": (PROPOSAL, "has no use here"),
    "another ref": (PROPOSAL._replace(name=None), "is neither"),
    "what a tag landed by": (tag(PROPOSAL, landed=True), "is evidence for 'churn#prod'"),
    "a proposal withdrawn by somebody else": (tag(WITHDRAWN, proposer="grace"), "may be withdrawn only by"),
    "a proposal of nobody known, withdrawn by nobody known": (tag(WITHDRAWN, proposer=None), "(nobody known)"),
    "a proposal under another id": (PROPOSAL._replace(new=OTHER), "must name the object"),
    "a proposal of what can't be a tag": (tag(PROPOSAL, problem="it is a blob"), "it is a blob"),
    "a proposal that is too old": (tag(PROPOSAL, expired=True), "was made too long ago"),
    "one proposal too many of a model": (
        PROPOSAL._replace(open_of_model=MOST_OF_A_MODEL),
        "is one too many: the model",
    ),
    "one proposal too many of a person": (
        PROPOSAL._replace(open_of_person=MOST_OF_A_PERSON),
        "is one too many: you have",
    ),
    "an approval that is deleted": (APPROVAL_LINE._replace(new=None, approval=None), "may not be deleted"),
    "an approval one byte too long": (approval(size=MOST_BYTES + 1), "bytes"),
    "something else than an approval": (approval(parsed="it is not signed"), "it is not signed"),
    "an approval of another tag": (approval(parsed=APPROVAL._replace(tag=OTHER)), "of another tag object"),
    "an approval for another repository": (approval(parsed=APPROVAL._replace(repository="fork")), "'fork'"),
    "an approval that nobody signed": (approval(signer=None, unsigned="no such key"), "no such key"),
    "an approval signed by somebody else": (approval(signer="eve@example.com"), "'eve@example.com'"),
    "an approval from the future": (approval(parsed=APPROVAL._replace(time=LATEST + 1)), "is dated in the future"),
    "an approval as old as the one before": (approval(previous_time=LATEST), "an older one can't replace"),
    "an approval of what can't be a tag": (tag(APPROVAL_LINE, problem="it is a blob"), "it is a blob"),
    "an approval of what is not proposed": (tag(APPROVAL_LINE, was_proposed=False), "approves what is not proposed"),
}
# Others than GUARD, by which one is kept out.
GUARDS = {
    "where no approvals are wanted": GUARD._replace(wanted=False),
    "a proposal of nobody known, withdrawn by nobody known": GUARD._replace(pusher=None),
}


@pytest.mark.parametrize(("line", "guard"), LET_IN.values(), ids=LET_IN)
def test_this_is_let_in(line: GuardedLine, guard: Guard) -> None:
    assert objection_to(line, guard) is None


@pytest.mark.parametrize("title", KEPT_OUT)
def test_this_is_kept_out(title: str) -> None:
    line, said = KEPT_OUT[title]
    objection = objection_to(line, GUARDS.get(title, GUARD))

    assert objection is not None
    assert said in objection.sentence
