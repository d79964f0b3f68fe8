"""A verdict as lines of text, for a hook's stderr and for a terminal."""

from __future__ import annotations

from ..policy.rules import load_rule
from .escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..policy.verdict import Finding, Verdict

MOST_OF_ONE_RULE = 20


# Why errors refuse nothing, unless there is another reason.
EVALUATES = "the policy only evaluates"


def lines_of(verdict: Verdict, *, prefix: str = "", lets_pass: str = EVALUATES) -> list[str]:
    """The report on `verdict`, each line after `prefix`; empty where there is nothing to say.

    `lets_pass` is why an accepted push has errors.
    """
    lines = [*_findings(verdict.findings)]
    if lines or verdict.notes:
        lines.extend(f"note: {escape(note)}" for note in verdict.notes)
        lines.append(summary(verdict, lets_pass=lets_pass))
    return [f"{prefix}{line}".rstrip() for line in lines]


def summary(verdict: Verdict, *, lets_pass: str = EVALUATES) -> str:
    """One line: the outcome, the counts, and the policy that judged."""
    errors = sum(finding.severity == "error" for finding in verdict.findings)
    warnings = len(verdict.findings) - errors
    counts = ", ".join(text for text in (_count(errors, "error"), _count(warnings, "warning")) if text)
    outcome = "accepted" if verdict.accepted else "refused"
    if verdict.accepted and errors:
        outcome = f"accepted, for {lets_pass}; it would have been refused"
    policy = escape(verdict.policy_source)
    if verdict.policy_id:
        policy += f" ({escape(verdict.policy_id.removeprefix('sha256:'))[:12]})"
    judged = _count(verdict.judged, "tag") or "no tag"
    found = f"{counts} in {judged}" if counts and verdict.judged else counts or f"{judged} judged"
    return f"tagwarden: {outcome}: {found}; policy: {policy}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}" if number else ""


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    shown: dict[str, int] = {}
    explained: set[tuple[str, str]] = set()
    subject: object = ()
    for finding in findings:
        count = shown[finding.rule] = shown.get(finding.rule, 0) + 1
        if count > MOST_OF_ONE_RULE:
            continue
        if (finding.ref,) != subject:
            subject = (finding.ref,)
            yield escape(finding.tag or finding.ref or "this push")
        why = finding.why or load_rule(finding.rule).WHY
        yield from _one(finding, None if (finding.rule, why) in explained else why)
        explained.add((finding.rule, why))
    for rule, count in shown.items():
        if count > MOST_OF_ONE_RULE:
            yield f"[{rule}] {count - MOST_OF_ONE_RULE} more like this"


def _one(finding: Finding, why: str | None) -> Iterator[str]:
    yield f"  {finding.severity} [{finding.rule}] {escape(finding.message)}"
    if why:
        yield f"    why: {why}"
    if finding.key:
        yield f"    policy key: {escape(finding.key)}"
    if finding.fix:
        yield f"    fix: {escape(finding.fix)}"
