"""The state of a proposal: what it would change, whether it may land, and what it lacks."""

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
from ..approvals.standing import StandingApprovals
from ..judging.pipeline import judge_updates
from ..registry import read_tags
from ..signatures.verifier import find_verifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from ...policy.approvals.quorum import Shortfall, Standing
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
# Stands for a signer whom this clone can't tell.
UNKNOWN = "somebody"


class Move(Record):
    """What a stage holds now, and would hold then: versions, or commits without one; None for nothing."""

    stage: str
    before: str | None
    after: str | None


class Required(Record):
    """An entry of the policy that covers a proposal: whom it names, and what it still wants, None for nothing."""

    entry: Requirement
    people: frozenset[str]
    lacks: Shortfall | None


class ProposalStatus(Record):
    """The state of a proposal.

    `verdict` is what all rules but the one on approvals say of it now.
    `required` are the entries that cover it, by their number in the policy.
    `tagger` is the principal of its own signature, None without a good one.
    `version` is what it is about, None for a model or for a commit without one.
    """

    proposal: Proposal
    version: Version | None
    verdict: Verdict
    required: Mapping[int, Required]
    standing: Standing
    tagger: str | None
    moves: Sequence[Move]
    is_expired: bool

    @property
    def lacks(self) -> list[Shortfall]:
        """What is missing."""
        return [one.lacks for one in self.required.values() if one.lacks is not None]

    @property
    def hopeless(self) -> Shortfall | None:
        """What no approval can help, None for nothing."""
        return next((one for one in self.lacks if one.hopeless is not None), None)

    @property
    def state(self) -> State:
        """Why it does not land, if it does not."""
        if self.is_expired:
            return "expired"
        if not self.verdict.accepted:
            return "overtaken"
        return "waiting" if self.lacks else "ready"

    @property
    def because(self) -> str | None:
        """Why it does not land as it is; None for one that may."""
        if self.state == "expired":
            return "it was made longer ago than `approvals.expire` allows; propose it anew"
        if self.state == "overtaken":
            errors = [one for one in self.verdict.findings if one.severity == "error"]
            return "; ".join(f"[{one.rule}] {one.message}" for one in errors) + "; propose it anew"
        return "; ".join(f"{in_words(one)} ({one.key})" for one in self.lacks) or None

    @property
    def time(self) -> int:
        """When it was made, by the clock of who made it."""
        found = self.proposal.tag.object
        return found.tagger.time if found is not None and found.tagger is not None else 0

    def may_be_landed_by(self, principal: str) -> bool:
        """Whether it has its approvals where this is who lands it."""
        return self.state == "ready" and all(
            "pusher" not in one.entry.barred or len(set(self.has(number)) - {principal}) >= one.entry.enough
            for number, one in self.required.items()
        )

    def has(self, number: int) -> list[str]:
        """Whose approvals count for the entry of this number."""
        lacks = self.required[number].lacks
        return sorted(lacks.has if lacks is not None else self.standing.approved_by & self.required[number].people)


class ProposalJudge(Judge):
    """Judges one tag by all rules but the one on approvals, and keeps what it was handed.

    `entries` are the entries of the policy that cover the tag, `tagger` is who signed it.
    """

    def __init__(self, policy: Policy, circumstances: Circumstances, *, verify: Verify) -> None:
        super().__init__(policy, circumstances, verify=verify)
        self.entries: dict[int, Requirement] = {}
        self.tagger: str | None = None
        self._verify = verify

    def judge_model(self, push: ModelPush) -> None:
        """As any judge."""
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
    """How this proposal stands, judged as if it landed now, by the refs and tags that `reader` has.

    `git` sees its objects; `remote` is None on the server itself. Raises CannotJudge where the repository or the
    policy can't be read.
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
    approvals = StandingApprovals(reader, verify, lambda: settings.approvals.repository or "")
    standing = approvals.of(proposal.oid, frozenset().union(*named.values()))
    parties = Parties(judge.tagger, knows_pusher=False)
    lacking = {one.entry: one for one in shortfalls(judge.entries, standing, parties, settings)}
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
        standing,
        judge.tagger,
        _moves(known.history, after),
        content is not None and is_expired(content, settings, now),
    )


def _as_far_as_possible(verify: Verify | None, unsure: set[str]) -> Verify:
    """`verify` for a clone, where the server's list of signers may not be: a signature then counts as what it says.

    Each is verified once. `unsure` gets a sentence for those that the server has yet to verify.
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
