"""The status of a proposal: what it would change, whether it may land, and which approvals it lacks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...policy.approvals.quorum import Parties, in_words, is_expired, people_in, shortfalls
from ...policy.approvals.refs import ApprovalRef, read_ref
from ...policy.facts.model_facts import build_facts
from ...policy.facts.wanted_approvals import tagger_of, wanted_by_lines
from ...policy.grammar.names import TAGS
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate, Signature
from ...policy.record import Record
from ...policy.registry.event import read_event
from ...policy.registry.history import ModelHistory
from ...policy.registry.moved_stages import moved_stages
from ...policy.registry.planning import known_model
from ...policy.registry.resolution import held_by, version_on
from ..approvals.in_refs import ApprovalsInRefs
from ..judging.pipeline import judge_updates
from ..registry import read_tags
from ..signatures.verifier import find_verifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from ...policy.approvals.quorum import ApprovalState, Shortfall
    from ...policy.file.policy import Policy
    from ...policy.grammar.versions import Version
    from ...policy.judging.judge import Verify
    from ...policy.push import ModelPush, TagPush
    from ...policy.settings import Requirement, Settings
    from ...policy.verdict import Level, Verdict
    from ..git.command import Git
    from ..git.reader import Reader
    from ..trusted.loaded_policy import LoadedPolicy
    from .on_remote import Proposal

    State = Literal["waiting", "ready", "overtaken", "expired"]

RULE = "approved"
# The principal of a signature that this clone can't verify.
UNKNOWN = "somebody"


class Move(Record):
    """What a stage holds now, and would hold after the landing: a version, a commit without one, or None."""

    stage: str
    before: str | None
    after: str | None


class Required(Record):
    """An `approvals.require` entry that covers a proposal.

    `people` are the principals whom it names, `lacks` says what is missing, None if nothing is.
    """

    entry: Requirement
    people: frozenset[str]
    lacks: Shortfall | None


class ProposalStatus(Record):
    """The status of a proposal.

    `version` is the version that the tag is about, None if it is about the model or a commit without a version.
    `verdict` is the verdict on it now, by all rules except `approved`. `required` are the entries of the policy that
    cover it, by number. `approvals` are those that it has. `tagger` is the principal who signed it, None without a good
    signature. `moves` are the stages that it would move.
    """

    proposal: Proposal
    version: Version | None
    verdict: Verdict
    required: Mapping[int, Required]
    approvals: ApprovalState
    tagger: str | None
    moves: Sequence[Move]
    is_expired: bool

    @property
    def lacks(self) -> list[Shortfall]:
        """The shortfall of each entry that is not satisfied."""
        return [one.lacks for one in self.required.values() if one.lacks is not None]

    @property
    def impossible(self) -> Shortfall | None:
        """The first shortfall that no approval can remedy, None if there is none."""
        return next((one for one in self.lacks if one.impossible_because is not None), None)

    @property
    def state(self) -> State:
        """Whether it may land ("ready"), or why it may not."""
        if self.is_expired:
            return "expired"
        if not self.verdict.accepted:
            return "overtaken"
        return "waiting" if self.lacks else "ready"

    @property
    def because(self) -> str | None:
        """Why it may not land as it is, in words; None if it may."""
        if self.state == "expired":
            return "it was made longer ago than `approvals.expire` allows; propose it again"
        if self.state == "overtaken":
            errors = [one for one in self.verdict.findings if one.severity == "error"]
            return "; ".join(f"[{one.rule}] {one.message}" for one in errors) + "; propose it again"
        return "; ".join(f"{in_words(one)} ({one.key})" for one in self.lacks) or None

    @property
    def time(self) -> int:
        """The tagger's time, in seconds since the epoch; 0 if it has none."""
        found = self.proposal.tag.object
        return found.tagger.time if found is not None and found.tagger is not None else 0

    def may_be_landed_by(self, principal: str) -> bool:
        """Whether it has enough approvals if `principal` lands it: some entries don't count the pusher's approval."""
        return self.state == "ready" and all(
            "pusher" not in one.entry.barred or len(set(self.has(number)) - {principal}) >= one.entry.enough
            for number, one in self.required.items()
        )

    def has(self, number: int) -> list[str]:
        """The sorted principals whose approvals count for the entry with this number."""
        lacks = self.required[number].lacks
        return sorted(lacks.has if lacks is not None else self.approvals.approved_by & self.required[number].people)


class ProposalJudge(Judge):
    """Judges one tag by all rules except `approved`.

    `entries` are afterwards the entries of the policy that cover the tag, by number, and `tagger` is the principal who
    signed it.
    """

    def __init__(self, policy: Policy, circumstances: Circumstances, *, verify: Verify) -> None:
        super().__init__(policy, circumstances, verify=verify)
        self.entries: dict[int, Requirement] = {}
        self.tagger: str | None = None
        self._verify = verify

    def judge_model(self, push: ModelPush) -> None:
        """As `Judge.judge_model`; also sets `entries` and `tagger`."""
        super().judge_model(push)
        push = push._replace(signatures=self._verify(push.pushed))
        facts = build_facts(push, self.settings_of(push.model), self.circumstances, self.documents)
        for _, made, _ in wanted_by_lines(facts):
            self.entries.update({number: wanted.entry for number, wanted in made.items()})
        self.tagger = tagger_of(push.pushed[0], facts)

    def _level(self, rule: str, settings: Settings) -> Level:
        return "off" if rule == RULE else super()._level(rule, settings)


def proposal_status(
    proposal: Proposal, reader: Reader, git: Git, loaded: LoadedPolicy, *, remote: str | None
) -> ProposalStatus:
    """The status of a proposal, judged as if it landed now, by the refs and tags that `reader` has.

    `git` has access to its objects; `remote` is the remote's name, None on the server itself. Raises CannotJudge if
    the repository can't be read.
    """
    now = int(time.time())
    unsure: set[str] = set()
    verify = _as_far_as_possible(find_verifier(loaded.policy, reader, git, now=now, remote=remote), unsure)
    circumstances = Circumstances(now, "client", declared_stages=loaded.declared_stages, remote=remote)
    judge = ProposalJudge(loaded.policy, circumstances, verify=verify)
    ref = TAGS + proposal.tag.name
    judge_updates([RefUpdate(reader.existing([ref]).get(ref), proposal.oid, ref)], reader, [judge])
    settings = judge.settings_of(proposal.name.model)
    named = {number: people_in(entry.who, settings.people.groups) for number, entry in judge.entries.items()}
    in_refs = ApprovalsInRefs(reader, verify, lambda: settings.approvals.repository or "")
    approvals = in_refs.of(proposal.oid, frozenset().union(*named.values()))
    parties = Parties(judge.tagger, knows_pusher=False)
    lacking = {one.entry: one for one in shortfalls(judge.entries, approvals, parties, settings)}
    required = {number: Required(entry, named[number], lacking.get(number)) for number, entry in judge.entries.items()}
    content = proposal.tag.object
    known = known_model(proposal.name.model, read_tags(reader, [proposal.name.model]))
    event = read_event(proposal.tag, proposal.name)
    after = ModelHistory([*known.events, event]) if event is not None else known.history
    version = proposal.name.version or (version_on(event.commit, after) if event is not None else None)
    return ProposalStatus(
        proposal,
        version,
        loaded.verdict_of(judge, *sorted(unsure)),
        required,
        approvals,
        judge.tagger,
        _moves(known.history, after),
        content is not None and is_expired(content, settings, now),
    )


def _as_far_as_possible(verify: Verify | None, unsure: set[str]) -> Verify:
    """`verify` for a clone that may lack the server's allowed signers: a signature then counts without verification.

    An approval is taken to be signed by the principal in its ref, any other tag by UNKNOWN, and a sentence about that
    is added to `unsure`. Each signature is verified once.
    """
    known: dict[str, Signature] = {}

    def check(pushes: Sequence[TagPush]) -> Mapping[str, Signature]:
        signed = [push for push in pushes if push.new and push.new.object and push.new.object.signature is not None]
        new = [push for push in signed if push.ref not in known]
        found = verify(new) if verify is not None and new else {}
        for push in new:
            signature = found.get(push.ref)
            if signature is None:
                unsure.add("the allowed signers are not here, so only the server can tell whose signatures these are")
                name = read_ref(push.ref)
                signature = Signature(name.principal if isinstance(name, ApprovalRef) else UNKNOWN, None)
            known[push.ref] = signature
        return {push.ref: known[push.ref] for push in signed}

    return check


def _moves(before: ModelHistory, after: ModelHistory) -> list[Move]:
    return [
        Move(stage, held_by(before.holder(stage), before), held_by(holder, after))
        for stage, holder in moved_stages(before, after).items()
    ]
