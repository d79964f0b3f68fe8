"""A verdict as Markdown: for a job's summary, or a comment.

Names and messages come from a pusher, and GitHub and GitLab make links,
mentions and HTML of text. Here they stay text: names and commands in code
spans, sentences with whatever Markdown or a host could read escaped.
"""

from __future__ import annotations

import re

from .escape import escape
from .text import more_of, summary, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..policy.verdict import Finding, Verdict

# What Markdown, GitHub or GitLab reads something into within a line. A backslash makes text of it (CommonMark, 2.4).
_MARKS = re.compile(r"([!#$%&*.:<>@\[\\\]^_`{|}~])")
# Hosts look for mentions, issues and e-mail addresses after Markdown was read; an empty comment parts them.
_PARTED = re.compile(r"(\\[@#])")


def lines_of(verdict: Verdict) -> list[str]:
    """The whole report: the outcome, the findings by tag, and the notes."""
    outcome, _, rest = summary(verdict).removeprefix("tagwarden: ").partition(":")
    lines = [f"**tagwarden: {prose(outcome)}:**{prose(rest)}", ""]
    lines += [*_findings(verdict.findings)]
    lines += [f"- note: {prose(note)}" for note in verdict.notes]
    return lines[:-1] if lines[-1] == "" else lines


def prose(text: str) -> str:
    """`text` as a sentence in which nothing is a link, a mention or markup."""
    return _PARTED.sub(r"\1<!-- -->", _MARKS.sub(r"\\\1", escape(text)))


def code(text: str) -> str:
    """`text` as a code span, whatever backticks it holds."""
    shown = escape(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # One blank on both sides is taken away again, where the text is not all blanks.
    space = " " if shown[:1] in "` " or shown[-1:] in "` " else ""
    return f"{fence}{space}{shown}{space}{fence}"


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding, begins, why in told(findings):
        if begins:
            name = finding.tag or finding.ref
            yield f"- {code(name) if name else 'this push'}"
        yield from _one(finding, why)
    for rule, count in more_of(findings):
        yield f"- {count} more like this: {code(rule)}"
    if findings:
        yield ""


def _one(finding: Finding, why: str | None) -> Iterator[str]:
    yield f"  - **{finding.severity}** {code(finding.rule)} {prose(finding.message)}"
    if why:
        yield f"    - why: {prose(why)}"
    if finding.key:
        yield f"    - policy key: {code(finding.key)}"
    if finding.fix:
        yield f"    - fix: {code(finding.fix)}"
