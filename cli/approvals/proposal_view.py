"""How a proposal is shown: as JSON, as a row of a table, and as what somebody reads before they approve."""

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
    from ...repository.proposals.looking import Look

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

# So much of an id is shown; as Git does, the commands take any beginning of it that says which one is meant.
SHOWN_OF_AN_ID = 12
SPANS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
HEADER = ("ID", "TAG", "CHANGES", "BY", "AGE", "APPROVED BY", "STATE", "MESSAGE")


def proposal_document(look: Look) -> dict[str, object]:
    """The proposal, of the shape PROPOSAL."""
    found, name = _object(look), look.proposal.name
    tagger = _tagger(look)
    return {
        "oid": look.proposal.oid,
        "tag": look.proposal.tag.name,
        "kind": name.kind,
        "model": gto_spelling(name.model),
        "version": str(look.version) if look.version else None,
        "stage": name.stage,
        "commit": found.target,
        "time": utc_text(look.time),
        "tagger": display(tagger.name),
        "email": display(tagger.email),
        "signer": None if look.tagger is None else display(look.tagger),
        "message": display(found.message.strip()),
        "trailers": [[key, display(value)] for key, value in parse_trailers(found.message)],
        "state": look.state,
        "because": look.because,
        "moves": [move._asdict() for move in look.moves],
        "requirements": requirements_document(look),
        "approvals": [approval_document(one) for one in look.standing.endorsements],
        "notes": [display(note) for note in look.verdict.notes],
    }


def landed_document(look: Look) -> dict[str, object]:
    """The same of one that has landed."""
    return {**proposal_document(look), "state": "landed", "because": None}


def withdrawn_document(look: Look) -> dict[str, object]:
    """The same of one that is proposed no more."""
    return {**proposal_document(look), "state": "withdrawn", "because": None}


def requirements_document(look: Look) -> list[dict[str, object]]:
    """What the policy wants, of the shape REQUIREMENT."""
    return [
        {
            "key": f"approvals.require[{number}]",
            "of": list(map(display, one.entry.who)),
            "enough": one.entry.enough,
            "not": list(one.entry.barred),
            "has": list(map(display, look.has(number))),
            "lacks": one.lacks.missing if one.lacks else 0,
            "because": display(in_words(one.lacks)) if one.lacks else None,
        }
        for number, one in look.required.items()
    ]


def proposal_row(look: Look, now: int) -> list[str | None]:
    """The row of HEADER."""
    why = look.because
    return [
        look.proposal.oid[:SHOWN_OF_AN_ID],
        look.proposal.tag.name,
        "; ".join(f"{one.stage}: {one.before or 'nothing'} -> {one.after or 'nothing'}" for one in look.moves),
        look.tagger or _tagger(look).name,
        span_text(now - look.time),
        ", ".join(sorted(look.standing.approved_by)),
        look.state + (f": {why}" if why else ""),
        _object(look).message.strip().partition("\n")[0],
    ]


def proposal_lines(look: Look) -> Iterator[str]:
    """What somebody reads before they approve; untrusted text is not escaped yet."""
    found, name, tagger = _object(look), look.proposal.name, _tagger(look)
    signed = f"signed by {look.tagger}" if look.tagger else "with no signature that counts"
    about = f"{gto_spelling(name.model)} {look.version}" if look.version else gto_spelling(name.model)
    yield f"{look.proposal.tag.name}: {EVENT_WORDS[name.kind]} of {about}, on commit {found.target}"
    yield f"  made {utc_text(look.time)} by {tagger.name} <{tagger.email}>, {signed}"
    for line in found.message.strip().split("\n"):
        yield f"  | {line}"
    for move in look.moves:
        yield f"  the stage {move.stage!r} holds {move.before or 'nothing'} now, and {move.after or 'nothing'} then"
    for one in look.standing.endorsements:
        yield f"  {_endorsement_text(one)}"
    for note in look.verdict.notes:
        yield f"  note: {note}"


def next_lines(look: Look, remote: str) -> Iterator[str]:
    """What is missing, and the commands for it."""
    digits = look.proposal.oid[:SHOWN_OF_AN_ID]
    if look.state == "ready":
        yield f"it has its approvals; to land it: {shell_command('tagwarden', 'land', digits, '--remote', remote)}"
    else:
        yield f"it {look.because}"
        yield f"to approve it: {shell_command('tagwarden', 'approve', digits, '--remote', remote)}"


def span_text(seconds: int) -> str:
    """How long that is, in its largest unit: `3d`."""
    size, unit = next(((size, unit) for size, unit in SPANS if seconds >= size), SPANS[-1])
    return f"{max(0, seconds) // size}{unit}"


def _endorsement_text(one: Endorsement) -> str:
    said = "approved it" if one.verdict == "approve" else "took their approval back"
    reason = f": {one.reason}" if one.reason else ""
    counts = f" (does not count: {one.problem})" if one.problem else ""
    return f"{one.principal} {said} {utc_text(one.time)}{counts}{reason}"


def _object(look: Look) -> TagObject:
    assert look.proposal.tag.object is not None
    return look.proposal.tag.object


def _tagger(look: Look) -> Tagger:
    tagger = _object(look).tagger
    assert tagger is not None
    return tagger
