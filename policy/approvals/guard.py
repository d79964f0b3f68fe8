"""Whether a pushed line may change a ref of proposals and approvals.

What these refs hold is evidence, so nothing comes in that says something else
than its name, and nothing goes that somebody else relies on.
"""

from __future__ import annotations

from ..record import Record
from .approval import MOST_BYTES
from .refs import APPROVALS, PROPOSALS, ApprovalRef

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .approval import Approval
    from .refs import ProposalRef

# What one model, and one person, may have proposed at a time and not landed. Each costs the next proposal a look.
MOST_OF_A_MODEL = 50
MOST_OF_A_PERSON = 50


class ProposedTag(Record):
    """A tag object that is proposed, or would be: `oid` is its id.

    `problem` says why it can't be proposed (None if it can); `name` is the tag
    that it would become. `stands`: it was proposed before the push. `landed`:
    the tag exists, or this push changes it. `expired`: it is too old to land.
    `proposer` is the person who proposed it, None if not known.
    """

    oid: str
    name: str
    problem: str | None
    stands: bool
    landed: bool
    expired: bool = False
    proposer: str | None = None


class Word(Record):
    """What is pushed as somebody's approval. `read` is the approval, or the reason why it is not one.

    `signer` is the principal of its signature, or None; then `unsigned` says why.
    `earlier` is the tagger's time of the word that it would replace, None if there is none.
    """

    read: Approval | str
    size: int
    signer: str | None
    unsigned: str | None
    earlier: int | None


class GuardedLine(Record):
    """A pushed line below `ROOT`: what its ref named and will name, and what is known of both.

    `of_model` and `of_person` count the other open proposals of the model and
    of the pusher.
    """

    ref: str
    old: str | None
    new: str | None
    name: ProposalRef | ApprovalRef | None
    tag: ProposedTag | None = None
    word: Word | None = None
    of_model: int = 0
    of_person: int = 0


class Guard(Record):
    """All such lines of a push, and what they are held against.

    `wanted`: a policy asks for approvals. `repository` is the id that approvals
    must name. `latest` is the last second that a tagger's clock may show.
    """

    wanted: bool
    repository: str
    pusher: str | None
    latest: int
    lines: Sequence[GuardedLine]


class Objection(Record):
    """Why a line is refused, as it completes the name of the ref, and the policy key that decides it."""

    sentence: str
    key: str | None = None


def objection_to(line: GuardedLine, guard: Guard) -> Objection | None:
    """What is wrong with a line; None if it may land."""
    if line.old == line.new:
        return None
    if not guard.wanted:
        return Objection("has no use here, because the policy requires no approvals: push the tag itself")
    if line.name is None or line.tag is None:
        return Objection(f"is neither {PROPOSALS}ID nor {APPROVALS}ID/PRINCIPAL")
    if line.tag.landed:
        return Objection(
            f"is evidence for {line.tag.name!r}, which exists or lands with this push, so it may not change"
        )
    if isinstance(line.name, ApprovalRef):
        return _to_approval(line, line.name, line.tag, guard)
    return _to_proposal(line, line.tag, guard)


def _to_proposal(line: GuardedLine, tag: ProposedTag, guard: Guard) -> Objection | None:
    if line.new is None:
        if guard.pusher is not None and guard.pusher == tag.proposer:
            return None
        who = repr(tag.proposer) if tag.proposer else "nobody known"
        return Objection(f"may be withdrawn only by its proposer ({who}) or by the owner of the server")
    if line.name is None or line.new != line.name.tag:
        return Objection(f"must name the object whose id it contains, not {line.new}")
    if tag.problem is not None:
        return Objection(f"proposes something that can't become a model tag: {tag.problem}")
    if tag.expired:
        # It would not count among the open ones, so there could be any number of them.
        return Objection("was made too long ago to land: propose it anew", "approvals.expire")
    if line.of_model >= MOST_OF_A_MODEL:
        return Objection(f"is one too many: the model has {line.of_model} open proposals; withdraw or land some first")
    if line.of_person >= MOST_OF_A_PERSON:
        return Objection(f"is one too many: you have {line.of_person} open proposals; withdraw or land some first")
    return None


def _to_approval(line: GuardedLine, name: ApprovalRef, tag: ProposedTag, guard: Guard) -> Objection | None:
    word = line.word
    if line.new is None or word is None:
        return Objection("may not be deleted; whoever approved takes it back by a revocation")
    if word.size > MOST_BYTES:
        return Objection(f"has {word.size} bytes; an approval may have {MOST_BYTES}")
    if isinstance(word.read, str):
        return Objection(f"holds no approval: {word.read}")
    if word.read.tag != name.tag:
        return Objection(f"holds an approval of another tag object, {word.read.tag}")
    if word.read.repository != guard.repository:
        sentence = f"holds an approval for the repository {word.read.repository!r}, but this is {guard.repository!r}"
        return Objection(sentence, "approvals.repository")
    if word.signer is None:
        return Objection(f"has no good signature: {word.unsigned}", "signing.allowed-signers")
    if word.signer != name.principal:
        return Objection(f"belongs to {name.principal!r}, but the signature is by {word.signer!r}")
    if word.read.time > guard.latest:
        return Objection("is dated in the future", "time.max-skew")
    if word.earlier is not None and word.read.time <= word.earlier:
        return Objection("holds a later word of the same person, which an older one can't replace")
    if tag.problem is not None:
        return Objection(f"is about something that can't become a model tag: {tag.problem}")
    if not tag.stands:
        return Objection("approves what is not proposed: the proposal must stand before the push")
    return None
