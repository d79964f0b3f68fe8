"""Whether a push may change a ref of proposals and approvals.

These refs are evidence. So the content of each must agree with its name, and
nobody may remove what somebody else relies on.
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

# Limits on the open proposals of one model and of one person, because each new proposal has to read all of them.
MOST_OF_A_MODEL = 50
MOST_OF_A_PERSON = 50


class ProposedTag(Record):
    """A tag object that a pushed ref is about.

    `oid` is its id, `name` the tag that it would become, and `problem` says why
    it can't be proposed (None if it can). `was_proposed`: it was proposed before
    this push. `landed`: the tag exists, or this push changes it. `expired`: it
    is too old to land. `proposer` is the person who proposed it, None if unknown.
    """

    oid: str
    name: str
    problem: str | None
    was_proposed: bool
    landed: bool
    expired: bool = False
    proposer: str | None = None


class PushedApproval(Record):
    """An object that is pushed to the ref of an approval.

    `parsed` is the approval or revocation in it, or the reason why it is
    neither. `size` is in bytes. `signer` is the principal of its signature; if
    it is None, `unsigned` says why. `previous_time` is the time of the approval
    or revocation that it would replace, None if there is none. Times are
    seconds since the epoch.
    """

    parsed: Approval | str
    size: int
    signer: str | None
    unsigned: str | None
    previous_time: int | None


class GuardedLine(Record):
    """An update of a ref below `ROOT` from the object id `old` to `new`, and what is known of these objects.

    `old` and `new` are None if the ref does not exist before or after. `name`
    is the parsed ref, None if it is malformed. `open_of_model` and
    `open_of_person` count the other open proposals of the model and of the pusher.
    """

    ref: str
    old: str | None
    new: str | None
    name: ProposalRef | ApprovalRef | None
    tag: ProposedTag | None = None
    approval: PushedApproval | None = None
    open_of_model: int = 0
    open_of_person: int = 0


class Guard(Record):
    """All updates of a push below `ROOT`, and what they are judged by.

    `wanted`: the policy requires approvals of some tag. `repository` is the id that
    approvals must name. `pusher` is None if unknown. `latest` is the latest
    time that an approval may have, in seconds since the epoch.
    """

    wanted: bool
    repository: str
    pusher: str | None
    latest: int
    lines: Sequence[GuardedLine]


class Objection(Record):
    """Why an update is refused.

    `sentence` continues the name of the ref; `key` is the policy key that
    decides, None for `approvals.require`.
    """

    sentence: str
    key: str | None = None


def objection_to(line: GuardedLine, guard: Guard) -> Objection | None:
    """What is wrong with an update; None if it may land."""
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
        # An expired proposal does not count as open, so no limit would apply to it.
        return Objection("was made too long ago to land: propose it again", "approvals.expire")
    if line.open_of_model >= MOST_OF_A_MODEL:
        return Objection(
            f"is one too many: the model has {line.open_of_model} open proposals; withdraw or land some first"
        )
    if line.open_of_person >= MOST_OF_A_PERSON:
        return Objection(f"is one too many: you have {line.open_of_person} open proposals; withdraw or land some first")
    return None


def _to_approval(line: GuardedLine, name: ApprovalRef, tag: ProposedTag, guard: Guard) -> Objection | None:
    approval = line.approval
    if line.new is None or approval is None:
        return Objection("may not be deleted; the person who approved can revoke the approval instead")
    if approval.size > MOST_BYTES:
        return Objection(f"has {approval.size} bytes; an approval may have {MOST_BYTES}")
    if isinstance(approval.parsed, str):
        return Objection(f"contains no approval: {approval.parsed}")
    if approval.parsed.tag != name.tag:
        return Objection(f"contains an approval of another tag object, {approval.parsed.tag}")
    if approval.parsed.repository != guard.repository:
        other = approval.parsed.repository
        sentence = f"contains an approval for the repository {other!r}, but this is {guard.repository!r}"
        return Objection(sentence, "approvals.repository")
    if approval.signer is None:
        return Objection(f"has no good signature: {approval.unsigned}", "signing.allowed-signers")
    if approval.signer != name.principal:
        return Objection(f"belongs to {name.principal!r}, but the signature is by {approval.signer!r}")
    if approval.parsed.time > guard.latest:
        return Objection("is dated in the future", "time.max-skew")
    if approval.previous_time is not None and approval.parsed.time <= approval.previous_time:
        return Objection("contains a later approval or revocation by the same person, which an older one can't replace")
    if tag.problem is not None:
        return Objection(f"is about something that can't become a model tag: {tag.problem}")
    if not tag.was_proposed:
        return Objection("approves what is not proposed: the proposal must exist before this push")
    return None
