"""A verdict as Markdown: for a job's summary, or a comment.

Names and messages come from a pusher, and GitHub and GitLab turn some text
into links, mentions or HTML. Here it stays text: names and commands are in code
spans, and in sentences every character with a meaning to Markdown or to a host
is escaped.
"""

from __future__ import annotations

import re

from .escape import escape
from .text import listed_findings, summary, unlisted_counts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..policy.verdict import Finding, Verdict

# Characters with a meaning to Markdown, GitHub or GitLab within a line; a backslash escapes each (CommonMark, 2.4).
_MARKS = re.compile(r"([!#$%&*.:<>@\[\\\]^_`{|}~])")
# Hosts look for mentions, issues and e-mail addresses in the rendered Markdown, where the backslash is gone. So an
# empty comment separates the mark from the name.
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
    """`text` as a code span; it may contain backticks."""
    shown = escape(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # Markdown strips one space from both ends of a code span that is not all spaces (CommonMark, 6.1).
    space = " " if shown[:1] in "` " or shown[-1:] in "` " else ""
    return f"{fence}{space}{shown}{space}{fence}"


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding, begins, why in listed_findings(findings):
        if begins:
            name = finding.tag or finding.ref
            yield f"- {code(name) if name else 'this push'}"
        yield from _one(finding, why)
    for rule, count in unlisted_counts(findings):
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
