"""A verdict as GitLab's code-quality report: what a merge request and a pipeline show.

Its keys are those of GitLab's documentation ("Code Quality report format").
"""

from __future__ import annotations

import hashlib
import json

from .escape import display, escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..policy.verdict import Finding, Verdict

SEVERITIES = {"error": "major", "warning": "minor"}

# A finding is about a tag, and GitLab shows none without a file: the one that decides what is allowed.
POLICY_FILE = "tagwarden.toml"


def lines_of(verdict: Verdict) -> list[str]:
    """The report, one JSON array; empty where nothing was found."""
    return [json.dumps([*_entries(verdict.findings)], ensure_ascii=True)]


def _entries(findings: tuple[Finding, ...]) -> Iterator[dict[str, object]]:
    seen: dict[tuple[str, str], int] = {}
    for finding in findings:
        subject = finding.rule, finding.ref or ""
        number = seen[subject] = seen.get(subject, 0) + 1
        yield {
            "description": _description(finding),
            "check_name": finding.rule,
            "fingerprint": _fingerprint(*subject, number),
            "severity": SEVERITIES[finding.severity],
            "location": {"path": POLICY_FILE, "lines": {"begin": 1}},
        }


def _description(finding: Finding) -> str:
    subject = display(finding.tag or finding.ref or "this push")
    return escape(f"{subject}: {finding.message}" + (f" Fix: {finding.fix}" if finding.fix else ""))


def _fingerprint(rule: str, ref: str, number: int) -> str:
    """The same for the same finding in the next pipeline, whatever its sentence says by then."""
    text = "\0".join((rule, ref, str(number)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
