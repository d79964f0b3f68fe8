"""A verdict as one JSON document."""

from __future__ import annotations

from .escape import display

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..policy.verdict import Finding, Verdict

SCHEMA = 1


def document(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain values, in the shape VERDICT (`documents/shapes.py`), which scripts may rely on."""
    return {
        "schema": SCHEMA,
        "accepted": verdict.accepted,
        "mode": verdict.mode,
        "policy": {"source": display(verdict.policy_source), "id": verdict.policy_id},
        "notes": [display(note) for note in verdict.notes],
        "findings": [finding_document(finding) for finding in verdict.findings],
        "judged": verdict.judged,
    }


def failure(problem: str) -> dict[str, Any]:
    """The document of a command that ended with the error message `problem`."""
    return {"schema": SCHEMA, "accepted": False, "error": display(problem), "findings": []}


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as plain values."""
    fields = {
        "rule": finding.rule,
        "severity": finding.severity,
        "ref": finding.ref,
        "tag": finding.tag,
        "model": finding.model.replace("=", ":") if finding.model else None,
        "message": finding.message,
        "key": finding.key,
        "fix": finding.fix,
    }
    return {key: display(value) if isinstance(value, str) else value for key, value in fields.items()}
