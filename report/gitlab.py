"""A verdict as a GitLab code-quality report, which GitLab shows in merge requests and pipelines.

The keys are documented by GitLab ("Code Quality report format").
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

# GitLab shows only findings that name a file. Ours are about tags, so they name the file that sets the rules.
POLICY_FILE = "tagwarden.toml"


def lines_of(verdict: Verdict) -> list[str]:
    """The report as one line: a JSON array, empty if there are no findings."""
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
    """An id by which GitLab recognizes the finding in the next pipeline, even if its message has changed by then.

    `number` counts the findings of this rule about this ref, from 1.
    """
    text = "\0".join((rule, ref, str(number)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
