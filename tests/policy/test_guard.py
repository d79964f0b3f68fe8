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
    Word,
    objection_to,
)
from tagwarden.policy.approvals.refs import ApprovalRef, ProposalRef

T, OTHER, WORD = "1" * 40, "2" * 40, "3" * 40
GRACE, LATEST = "grace@example.com", 1000
GUARD = Guard(True, "models", "ada", LATEST, ())
TAG = ProposedTag(T, "churn#prod", None, stands=False, landed=False)
STANDS = TAG._replace(stands=True)
PROPOSAL = GuardedLine("refs/tagwarden/proposals/T", None, T, ProposalRef(T), TAG)
WITHDRAWN = PROPOSAL._replace(old=T, new=None, tag=STANDS._replace(proposer="ada"))
APPROVAL = Approval(T, "models", "approve", "", LATEST)
SAID = Word(APPROVAL, MOST_BYTES, GRACE, None, LATEST - 1)
WORD_OF_GRACE = GuardedLine("refs/tagwarden/approvals/T/grace", OTHER, WORD, ApprovalRef(T, GRACE), STANDS, SAID)

LET_IN = {
    "a proposal": (PROPOSAL, GUARD),
    "the last proposal that a model may have": (PROPOSAL._replace(of_model=MOST_OF_A_MODEL - 1), GUARD),
    "the last proposal that a person may have": (PROPOSAL._replace(of_person=MOST_OF_A_PERSON - 1), GUARD),
    "a proposal withdrawn by who proposed it": (WITHDRAWN, GUARD),
    "an approval that is as long as it may be, of the last second, and newer than the one before": (
        WORD_OF_GRACE,
        GUARD,
    ),
    "a first approval": (WORD_OF_GRACE._replace(old=None, word=SAID._replace(earlier=None)), GUARD),
    "what names the object that it named, even where nothing may change": (
        WORD_OF_GRACE._replace(old=WORD, tag=STANDS._replace(landed=True)),
        GUARD._replace(wanted=False),
    ),
}


def tag(line: GuardedLine, **what: object) -> GuardedLine:
    assert line.tag is not None
    return line._replace(tag=line.tag._replace(**what))


def word(**what: object) -> GuardedLine:
    return WORD_OF_GRACE._replace(word=SAID._replace(**what))


KEPT_OUT = {
    "where no approvals are wanted": (PROPOSAL, "has no use here"),
    "another ref": (PROPOSAL._replace(name=None), "is neither"),
    "what a tag landed by": (tag(PROPOSAL, landed=True), "is evidence for 'churn#prod'"),
    "a proposal withdrawn by somebody else": (tag(WITHDRAWN, proposer="grace"), "may be withdrawn only by"),
    "a proposal of nobody known, withdrawn by nobody known": (tag(WITHDRAWN, proposer=None), "(nobody known)"),
    "a proposal under another id": (PROPOSAL._replace(new=OTHER), "must name the object"),
    "a proposal of what can't be a tag": (tag(PROPOSAL, problem="it is a blob"), "it is a blob"),
    "a proposal that is too old": (tag(PROPOSAL, expired=True), "was made too long ago"),
    "one proposal too many of a model": (PROPOSAL._replace(of_model=MOST_OF_A_MODEL), "is one too many: the model"),
    "one proposal too many of a person": (PROPOSAL._replace(of_person=MOST_OF_A_PERSON), "is one too many: you have"),
    "an approval that is deleted": (WORD_OF_GRACE._replace(new=None, word=None), "may not be deleted"),
    "an approval one byte too long": (word(size=MOST_BYTES + 1), "bytes"),
    "something else than an approval": (word(read="it is not signed"), "it is not signed"),
    "an approval of another tag": (word(read=APPROVAL._replace(tag=OTHER)), "of another tag object"),
    "an approval for another repository": (word(read=APPROVAL._replace(repository="fork")), "'fork'"),
    "an approval that nobody signed": (word(signer=None, unsigned="no such key"), "no such key"),
    "an approval signed by somebody else": (word(signer="eve@example.com"), "'eve@example.com'"),
    "an approval from the future": (word(read=APPROVAL._replace(time=LATEST + 1)), "is dated in the future"),
    "a word as old as the one before": (word(earlier=LATEST), "an older one can't replace"),
    "an approval of what can't be a tag": (tag(WORD_OF_GRACE, problem="it is a blob"), "it is a blob"),
    "an approval of what is not proposed": (tag(WORD_OF_GRACE, stands=False), "approves what is not proposed"),
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
