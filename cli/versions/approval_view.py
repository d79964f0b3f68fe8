"""Shows people's approvals and revocations of a tag, as JSON and in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...report.documents.shape import holding, if_any, or_null, shape
from ...report.escape import display
from ...report.table import utc_text
from ...repository.approvals.evidence import approvals_by_tag
from ...server_hooks.log.archives import archived_evidence
from ..lines import echo_notes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...policy.approvals.quorum import Endorsement
    from ...repository.git.program import GitProgram

APPROVAL = shape(
    "approval", "What one person says of a tag.", "principal", "word", "time", "reason", or_null("because"),
)  # fmt: skip
APPROVALS = if_any(holding("approvals", APPROVAL))


def read_approvals(reader: GitProgram) -> tuple[dict[str, list[Endorsement]], list[str]]:
    """The endorsements of the existing tags, by tag name, and notes on what could not be read, reported on stderr."""
    archived = archived_evidence(reader.git)
    approved = approvals_by_tag(reader, archived)
    notes = [display(note) for note in archived.notes] if archived is not None else []
    echo_notes(notes)
    return approved, notes


def approval_document(one: Endorsement) -> dict[str, object]:
    """One endorsement, of the shape APPROVAL."""
    return {
        "principal": display(one.principal),
        "word": one.verdict,
        "time": utc_text(one.time),
        "reason": display(one.reason),
        "because": None if one.problem is None else display(one.problem),
    }


def approvals_document(given: Iterable[Endorsement]) -> dict[str, object]:
    """The key of APPROVALS; empty if there are no endorsements."""
    documents = [approval_document(one) for one in given]
    return {"approvals": documents} if documents else {}


def approvers_text(given: Iterable[Endorsement]) -> str | None:
    """The principals who approve, in one cell of a table; None if nobody does."""
    return ", ".join(one.principal for one in given if one.verdict == "approve" and one.problem is None) or None
