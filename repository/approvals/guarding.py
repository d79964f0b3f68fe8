"""Gathers the facts by which the judge decides about pushed proposals and approvals (`policy/approvals/guard.py`)."""

from __future__ import annotations

from ...policy.approvals.approval import MOST_BYTES, read_approval
from ...policy.approvals.guard import MOST_OF_A_PERSON, Guard, GuardedLine, ProposedTag, PushedApproval
from ...policy.approvals.quorum import is_expired
from ...policy.approvals.refs import PROPOSALS, ApprovalRef, ProposalRef, proposal_ref, read_ref
from ...policy.grammar.names import TAGS, model_of
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.objects.tag_object import TagObject, parse_tag_object
from ...policy.record import Record
from ..signatures.verifier import MOST_BAD, NOT_VERIFIED
from .in_refs import signer_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ...policy.approvals.approval import Approval
    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ...policy.push import Circumstances, RefUpdate
    from ..git.reader import Reader

    # Maps the ids of proposed tag objects to who proposed them; leaves out those of which that is not known.
    FindProposers = Callable[[Collection[str]], Mapping[str, str | None]]

# The most bytes that are read of a tag object.
LARGEST = 1 << 20
HEADER_BYTES = 4096


class Evidence(Record):
    """The sources of the facts.

    `touched` are the full names of all tags, proposals and approvals that the push changes, including those for which
    the hook was called before.
    """

    reader: Reader
    verify: Verify | None
    find_proposers: FindProposers
    touched: Collection[str]


def empty_guard(updates: Sequence[RefUpdate]) -> Guard:
    """The guard by a policy that requires no approvals, so that nothing may be proposed or approved."""
    return Guard(False, "", None, 0, [GuardedLine(one.ref, one.old, one.new, read_ref(one.ref)) for one in updates])


def read_guard(
    updates: Sequence[RefUpdate], policy: Policy, circumstances: Circumstances, repository: str, evidence: Evidence
) -> Guard:
    """The guard for these updates of proposals and approvals. Raises CannotJudge if the repository can't be read."""
    named = [(update, read_ref(update.ref)) for update in updates]
    lookup = _Lookup(policy, circumstances, evidence)
    tags = lookup.tags(sorted({name.tag for _, name in named if name is not None}))
    withdrawn = {name.tag for update, name in named if isinstance(name, ProposalRef) and update.new is None}
    proposers = evidence.find_proposers(withdrawn) if withdrawn else {}
    proposed = sum(isinstance(name, ProposalRef) and update.new is not None for update, name in named)
    before = set(evidence.touched).difference(update.ref for update in updates)
    others = lookup.open_proposals(before, proposed) if proposed else _Open({}, {})
    lines = []
    for update, name in named:
        tag = tags[name.tag] if name is not None else None
        line = GuardedLine(update.ref, update.old, update.new, name, tag)
        if isinstance(name, ApprovalRef):
            line = line._replace(approval=lookup.pushed_approval(update))
        elif tag is not None and update.new is None:
            line = line._replace(tag=tag._replace(proposer=proposers.get(tag.oid)))
        elif tag is not None:
            person = circumstances.pusher
            line = line._replace(
                open_of_model=others.of_model(tag.name), open_of_person=others.by_person.get(person, 0)
            )
            others.add(tag.name, person)
        lines.append(line)
    latest = circumstances.now + policy.base.time.max_skew
    return Guard(True, repository, circumstances.pusher, latest, lines)


class _Open(Record):
    """How many proposals are open, by model and by person."""

    by_model: dict[str, int]
    by_person: dict[str | None, int]

    def of_model(self, tag: str) -> int:
        return self.by_model.get(model_of(tag), 0)

    def add(self, tag: str, *people: str | None) -> None:
        self.by_model[model_of(tag)] = self.of_model(tag) + 1
        for person in people:
            self.by_person[person] = self.by_person.get(person, 0) + 1


class _Lookup:
    """Reads the facts about one push under one policy."""

    def __init__(self, policy: Policy, circumstances: Circumstances, evidence: Evidence) -> None:
        self._policy = policy
        self._circumstances = circumstances
        self._evidence = evidence
        self._reader = evidence.reader
        self._bad = 0

    def tags(self, oids: Sequence[str]) -> dict[str, ProposedTag]:
        """The facts about the tag objects with these ids, by id; an object that can't be proposed has a `problem`."""
        read = self._read(oids)
        proposals = [proposal_ref(oid) for oid in oids]
        refs = [TAGS + found.name for found in read.values() if isinstance(found, TagObject) and _is_model_tag(found)]
        existing = self._reader.existing([*proposals, *refs]) if oids else {}
        targets = sorted({found.target for found in read.values() if isinstance(found, TagObject) and found.target})
        kinds = {one.oid: one.type for one in self._reader.objects(targets, limit=0)}
        tags = {}
        for oid, found in read.items():
            name = found.name if isinstance(found, TagObject) else ""
            there = existing.get(TAGS + name)
            problem = found if isinstance(found, str) else self._problem_of(found, kinds.get(found.target))
            if there is not None and there != oid and problem is None:
                problem = f"{name!r} already exists with a different object"
            ref = proposal_ref(oid)
            was_proposed = ref not in self._evidence.touched and existing.get(ref) == oid
            landed = there == oid or TAGS + name in self._evidence.touched
            base, now = self._policy.base, self._circumstances.now
            expired = isinstance(found, TagObject) and is_expired(found, base, now)
            tags[oid] = ProposedTag(oid, name, problem, was_proposed=was_proposed, landed=landed, expired=expired)
        return tags

    def _read(self, oids: Sequence[str]) -> dict[str, TagObject | str]:
        found: dict[str, TagObject | str] = {}
        for raw in self._reader.objects(oids, limit=LARGEST):
            if raw.type == "tag":
                found[raw.oid] = parse_tag_object(raw.data, raw.size)
            else:
                found[raw.oid] = (
                    "there is no such object" if raw.type is None else f"it is a {raw.type}, not a tag object"
                )
        return found

    def _problem_of(self, found: TagObject, target: str | None) -> str | None:
        if not _is_model_tag(found):
            return f"{found.name!r} is not a model tag"
        if found.defects:
            return found.defects[0]
        most = self._policy.for_model(model_of(found.name)).message.max_bytes
        if found.message_bytes > min(most, LARGEST):
            return f"its message has {found.message_bytes} bytes; it may have {min(most, LARGEST)}"
        if found.target_type != "commit" or target != "commit":
            return "it is not on a commit"
        return None

    def pushed_approval(self, update: RefUpdate) -> PushedApproval | None:
        """The approval or revocation that an update brings; None for a deletion."""
        if update.new is None:
            return None
        old = self._approval(update.old)
        content, approval, size = self._approval(update.new)
        signer: str | None = None
        unsigned: str | None = None
        if self._bad >= MOST_BAD:
            unsigned = NOT_VERIFIED
        elif content is not None and not isinstance(approval, str):
            signer, unsigned = signer_of(update.ref, update.new, content, self._evidence.verify)
        self._bad += signer is None
        previous_time = None if isinstance(old[1], str) else old[1].time
        return PushedApproval(approval, size, signer, unsigned, previous_time)

    def _approval(self, oid: str | None) -> tuple[TagObject | None, Approval | str, int]:
        if oid is None:
            return None, read_approval(None), 0
        (raw,) = self._reader.objects([oid], limit=MOST_BYTES)
        content = parse_tag_object(raw.data, raw.size) if raw.type == "tag" else None
        return content, read_approval(content), raw.size

    def open_proposals(self, before: Collection[str], more: int) -> _Open:
        """Counts the proposals that may still land: those that have not expired and whose tag does not exist.

        `before` are the refs of this push for which the hook was called before: they count, although Git may not have
        created them yet. `more` is the number of proposals in this call.
        """
        oids = {oid for _, oid in self._reader.refs_under(PROPOSALS)}
        oids.update(named.tag for ref in before if isinstance(named := read_ref(ref), ProposalRef))
        names = {}
        # Proposals stay after they have landed, so there may be many. Only their headers are needed.
        for raw in self._reader.objects(sorted(oids), limit=HEADER_BYTES):
            tag = parse_tag_object(raw.data, raw.size)
            if not is_expired(tag, self._policy.base, self._circumstances.now):
                names[raw.oid] = tag.name
        taken = self._reader.existing([TAGS + name for name in names.values()]) if names else {}
        still = {oid: name for oid, name in names.items() if TAGS + name not in taken}
        people = self._evidence.find_proposers(still) if len(still) + more > MOST_OF_A_PERSON else {}
        found = _Open({}, {})
        for oid, name in still.items():
            found.add(name, *((people[oid],) if oid in people else ()))
        return found


def _is_model_tag(found: TagObject) -> bool:
    return isinstance(parse_tag_name(found.name), TagName)
