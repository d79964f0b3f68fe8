"""How a proposal is shown: as JSON, as a row of a table, and as the text to read before approving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...policy.approvals.quorum import in_words
from ...policy.grammar.names import gto_spelling
from ...policy.objects.trailers import parse_trailers
from ...policy.registry.journal import EVENT_WORDS
from ...policy.wording import shell_command
from ...report.documents.shape import holding, or_null, shape
from ...report.escape import display
from ...report.table import utc_text
from ..versions.approval_view import APPROVAL, approval_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...policy.approvals.quorum import Endorsement
    from ...policy.objects.tag_object import Tagger, TagObject
    from ...repository.proposals.status import ProposalStatus

MOVE = shape("move", "What becomes of a stage.", "stage", or_null("before"), or_null("after"))
REQUIREMENT = shape(
    "requirement", "An entry of the policy's `approvals.require` that covers the event.",
    "key", "of", "enough", "not", "has", "lacks", or_null("because"),
)  # fmt: skip
PROPOSAL = shape(
    "proposal", "A tag that is to land, and who is for it.",
    "oid", "tag", "kind", "model", or_null("version"), or_null("stage"), "commit", "time", "tagger", "email",
    or_null("signer"), "message", "trailers", "state", or_null("because"), holding("moves", MOVE),
    holding("requirements", REQUIREMENT), holding("approvals", APPROVAL), "notes",
)  # fmt: skip

# How much of an id is shown. As in Git, commands accept any unambiguous beginning of an id.
SHORT_ID_DIGITS = 12
SPANS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
HEADER = ("ID", "TAG", "CHANGES", "BY", "AGE", "APPROVED BY", "STATE", "MESSAGE")


def proposal_document(status: ProposalStatus) -> dict[str, object]:
    """The proposal, of the shape PROPOSAL."""
    found, name = _object(status), status.proposal.name
    tagger = _tagger(status)
    return {
        "oid": status.proposal.oid,
        "tag": status.proposal.tag.name,
        "kind": name.kind,
        "model": gto_spelling(name.model),
        "version": str(status.version) if status.version else None,
        "stage": name.stage,
        "commit": found.target,
        "time": utc_text(status.time),
        "tagger": display(tagger.name),
        "email": display(tagger.email),
        "signer": None if status.tagger is None else display(status.tagger),
        "message": display(found.message.strip()),
        "trailers": [[key, display(value)] for key, value in parse_trailers(found.message)],
        "state": status.state,
        "because": status.because,
        "moves": [move._asdict() for move in status.moves],
        "requirements": requirements_document(status),
        "approvals": [approval_document(one) for one in status.approvals.endorsements],
        "notes": [display(note) for note in status.verdict.notes],
    }


def landed_document(status: ProposalStatus) -> dict[str, object]:
    """The same for a proposal that has landed."""
    return {**proposal_document(status), "state": "landed", "because": None}


def withdrawn_document(status: ProposalStatus) -> dict[str, object]:
    """The same for a proposal that was withdrawn."""
    return {**proposal_document(status), "state": "withdrawn", "because": None}


def requirements_document(status: ProposalStatus) -> list[dict[str, object]]:
    """The approvals that the policy requires, of the shape REQUIREMENT."""
    return [
        {
            "key": f"approvals.require[{number}]",
            "of": list(map(display, one.entry.who)),
            "enough": one.entry.enough,
            "not": list(one.entry.barred),
            "has": list(map(display, status.has(number))),
            "lacks": one.lacks.missing if one.lacks else 0,
            "because": display(in_words(one.lacks)) if one.lacks else None,
        }
        for number, one in status.required.items()
    ]


def proposal_row(status: ProposalStatus, now: int) -> list[str | None]:
    """The cells of a proposal under HEADER; `now` is in seconds since 1970."""
    why = status.because
    return [
        status.proposal.oid[:SHORT_ID_DIGITS],
        status.proposal.tag.name,
        "; ".join(f"{one.stage}: {one.before or 'nothing'} -> {one.after or 'nothing'}" for one in status.moves),
        status.tagger or _tagger(status).name,
        span_text(now - status.time),
        ", ".join(sorted(status.approvals.approved_by)),
        status.state + (f": {why}" if why else ""),
        _object(status).message.strip().partition("\n")[0],
    ]


def proposal_lines(status: ProposalStatus) -> Iterator[str]:
    """The text to read before approving a proposal; it is untrusted and not escaped."""
    found, name, tagger = _object(status), status.proposal.name, _tagger(status)
    signed = f"signed by {status.tagger}" if status.tagger else "with no signature that counts"
    about = f"{gto_spelling(name.model)} {status.version}" if status.version else gto_spelling(name.model)
    yield f"{status.proposal.tag.name}: {EVENT_WORDS[name.kind]} of {about}, on commit {found.target}"
    yield f"  made {utc_text(status.time)} by {tagger.name} <{tagger.email}>, {signed}"
    for line in found.message.strip().split("\n"):
        yield f"  | {line}"
    for move in status.moves:
        before, after = move.before or "nothing", move.after or "nothing"
        yield f"  the stage {move.stage!r} holds {before} now and would hold {after}"
    for one in status.approvals.endorsements:
        yield f"  {_endorsement_text(one)}"
    for note in status.verdict.notes:
        yield f"  note: {note}"


def next_lines(status: ProposalStatus, remote: str) -> Iterator[str]:
    """What the proposal still needs, and the commands for that."""
    digits = status.proposal.oid[:SHORT_ID_DIGITS]
    if status.state == "ready":
        yield f"it has its approvals; to land it: {shell_command('tagwarden', 'land', digits, '--remote', remote)}"
    else:
        yield f"it {status.because}"
        yield f"to approve it: {shell_command('tagwarden', 'approve', digits, '--remote', remote)}"


def span_text(seconds: int) -> str:
    """A duration in its largest unit, such as `3d`."""
    size, unit = next(((size, unit) for size, unit in SPANS if seconds >= size), SPANS[-1])
    return f"{max(0, seconds) // size}{unit}"


def _endorsement_text(one: Endorsement) -> str:
    said = "approved it" if one.verdict == "approve" else "revoked their approval"
    reason = f": {one.reason}" if one.reason else ""
    counts = f" (does not count: {one.problem})" if one.problem else ""
    return f"{one.principal} {said} {utc_text(one.time)}{counts}{reason}"


def _object(status: ProposalStatus) -> TagObject:
    assert status.proposal.tag.object is not None
    return status.proposal.tag.object


def _tagger(status: ProposalStatus) -> Tagger:
    tagger = _object(status).tagger
    assert tagger is not None
    return tagger
