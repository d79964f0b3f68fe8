"""A verdict as workflow commands, which GitHub shows as annotations."""

from __future__ import annotations

from .escape import display, escape
from .text import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..policy.verdict import Verdict


def lines_of(verdict: Verdict) -> list[str]:
    """One workflow command for each finding, then the summary as plain text.

    Data is escaped as GitHub requires for workflow commands, so that no tag's text can end a command and begin
    another.
    """
    lines = []
    for finding in verdict.findings:
        title = _property(f"{finding.rule}: {display(finding.tag or finding.ref or 'this push')}")
        text = _data(escape(finding.message) + (f" Fix: {escape(finding.fix)}" if finding.fix else ""))
        lines.append(f"::{finding.severity} title={title}::{text}")
    return [*lines, summary(verdict)]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(escape(text)).replace(":", "%3A").replace(",", "%2C")
