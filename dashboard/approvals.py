"""Reads who approved the existing tags, and which proposals are open, from the repository's own refs."""

from __future__ import annotations

from ..policy.approvals.quorum import people_in, requirements_for
from ..policy.approvals.refs import PROPOSALS, ProposalRef, read_ref
from ..policy.errors import CannotJudge
from ..policy.grammar.names import TAGS, gto_spelling
from ..policy.grammar.tag_name import TagName, parse_tag_name
from ..policy.wording import some_of
from ..repository.approvals.evidence import approvals_by_tag
from ..server_hooks.log.archives import archived_evidence
from .records import ApprovalRow, ProposalRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..policy.approvals.quorum import Endorsement
    from ..policy.file.policy import Policy
    from ..repository.git.program import GitProgram
    from ..repository.proposals.status import ProposalStatus
    from ..repository.trusted.loaded_policy import LoadedPolicy


def approvals_of(reader: GitProgram, policy: Policy | None, notes: list[str]) -> Mapping[str, Sequence[ApprovalRow]]:
    """The approvals and revocations of each existing tag, by its name; `notes` gets what could not be read of them."""
    try:
        archived = archived_evidence(reader.git)
        found = approvals_by_tag(reader, archived)
    except CannotJudge as problem:
        notes.append(str(problem))
        return {}
    notes += archived.notes if archived is not None else ()
    return {tag: _rows(said, tag, policy) for tag, said in found.items()}


def proposals_of(reader: GitProgram, loaded: LoadedPolicy, notes: list[str]) -> list[ProposalRow]:
    """The open proposals, oldest first; `notes` gets a sentence if they can't be read."""
    try:
        return _proposals(reader, loaded)
    except CannotJudge as problem:
        notes.append(f"What waits for approvals can't be told: {problem}")
        return []


def _proposals(reader: GitProgram, loaded: LoadedPolicy) -> list[ProposalRow]:
    refs = [read_ref(ref) for ref, _ in reader.refs_under(PROPOSALS)]
    proposed = [ref.tag for ref in refs if isinstance(ref, ProposalRef)]
    if not proposed:
        return []
    # Imported here, because it needs the whole judge and most repositories have no proposals.
    from ..repository.proposals.on_remote import proposals_with_ids
    from ..repository.proposals.status import proposal_status

    found = proposals_with_ids(reader.git, proposed)
    existing = reader.existing([TAGS + one.tag.name for one in found.values()])
    waiting = [one for one in found.values() if existing.get(TAGS + one.tag.name) != one.oid]
    statuses = [proposal_status(one, reader, reader.git, loaded, remote=None) for one in waiting]
    ordered = sorted(statuses, key=lambda status: (status.time, status.proposal.oid))
    return [_proposal(status, loaded.policy) for status in ordered]


def _proposal(status: ProposalStatus, policy: Policy) -> ProposalRow:
    name, content = status.proposal.name, status.proposal.tag.object
    assert content is not None
    named = content.tagger.name if content.tagger is not None else "somebody"
    return ProposalRow(
        status.proposal.oid,
        status.proposal.tag.name,
        gto_spelling(name.model),
        content.target,
        status.time,
        status.tagger or named,
        content.message.strip(),
        [(move.stage, move.before or "nothing", move.after or "nothing") for move in status.moves],
        _rows(status.approvals.endorsements, status.proposal.tag.name, policy),
        status.state,
        status.because,
    )


def _rows(said: Iterable[Endorsement], tag: str, policy: Policy | None) -> list[ApprovalRow]:
    name = parse_tag_name(tag)
    entries: list[tuple[str, frozenset[str]]] = []
    if policy is not None and isinstance(name, TagName):
        settings = policy.for_model(name.model)
        for number, entry in requirements_for(settings, name.kind, name.model, name.stage):
            words = f"approvals.require[{number}], {entry.enough} of {some_of(entry.who)}"
            entries.append((words, people_in(entry.who, settings.people.groups)))
    return [
        ApprovalRow(
            one.principal,
            one.verdict,
            one.time,
            one.reason,
            [words for words, people in entries if one.principal in people],
            one.problem,
        )
        for one in said
    ]
