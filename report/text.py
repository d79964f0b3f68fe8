"""A verdict as lines of text, for a hook's stderr and for a terminal."""

from __future__ import annotations

from ..policy.rules import load_rule
from .escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..policy.verdict import Finding, Verdict

MOST_OF_ONE_RULE = 20


# The usual reason why a push with errors was accepted.
EVALUATES = 'the policy\'s mode is "evaluate"'


def lines_of(verdict: Verdict, *, accepted_because: str = EVALUATES) -> list[str]:
    """The report on `verdict`; empty if there are neither findings nor notes.

    `accepted_because` is the reason why a push with errors was accepted.
    """
    lines = [*_findings(verdict.findings)]
    if lines or verdict.notes:
        lines.extend(f"note: {escape(note)}" for note in verdict.notes)
        lines.append(summary(verdict, accepted_because=accepted_because))
    return [line.rstrip() for line in lines]


def summary(verdict: Verdict, *, accepted_because: str = EVALUATES) -> str:
    """One line: the outcome, the numbers of findings, and the policy that judged."""
    errors = sum(finding.severity == "error" for finding in verdict.findings)
    warnings = len(verdict.findings) - errors
    counts = ", ".join(text for text in (_count(errors, "error"), _count(warnings, "warning")) if text)
    outcome = "accepted" if verdict.accepted else "refused"
    if verdict.accepted and errors:
        outcome = f"accepted, because {accepted_because}; it would have been refused"
    policy = escape(verdict.policy_source)
    if verdict.policy_id:
        policy += f" ({escape(verdict.policy_id.removeprefix('sha256:'))[:12]})"
    judged = _count(verdict.judged, "tag") or "no tag"
    found = f"{counts} in {judged}" if counts and verdict.judged else counts or f"{judged} judged"
    return f"tagwarden: {outcome}: {found}; policy: {policy}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}" if number else ""


def listed_findings(findings: Sequence[Finding]) -> Iterator[tuple[Finding, bool, str | None]]:
    """The findings to report one by one: the first MOST_OF_ONE_RULE of each rule.

    Each comes with whether it is about another ref than the finding before it, and with why it matters, None if an
    earlier one already said so.
    """
    shown: dict[str, int] = {}
    explained: set[tuple[str, str]] = set()
    subject: object = ()
    for finding in findings:
        shown[finding.rule] = shown.get(finding.rule, 0) + 1
        if shown[finding.rule] <= MOST_OF_ONE_RULE:
            why = finding.why or load_rule(finding.rule).WHY
            yield finding, (finding.ref,) != subject, None if (finding.rule, why) in explained else why
            subject = (finding.ref,)
            explained.add((finding.rule, why))


def unlisted_counts(findings: Sequence[Finding]) -> Iterator[tuple[str, int]]:
    """Each rule with more than MOST_OF_ONE_RULE findings, and how many more."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    return ((rule, count - MOST_OF_ONE_RULE) for rule, count in counts.items() if count > MOST_OF_ONE_RULE)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for finding, begins, why in listed_findings(findings):
        if begins:
            yield escape(finding.tag or finding.ref or "this push")
        yield from _one(finding, why)
    for rule, count in unlisted_counts(findings):
        yield f"[{rule}] {count} more like this"


def _one(finding: Finding, why: str | None) -> Iterator[str]:
    yield f"  {finding.severity} [{finding.rule}] {escape(finding.message)}"
    if why:
        yield f"    why: {why}"
    if finding.key:
        yield f"    policy key: {escape(finding.key)}"
    if finding.fix:
        yield f"    fix: {escape(finding.fix)}"
