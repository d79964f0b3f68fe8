"""The result of judging: breaches, findings, and the verdict that they add up to."""

from __future__ import annotations

from .grammar.names import TAGS
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    Severity = Literal["error", "warning"]
    Level = Literal["error", "warning", "off"]
    Mode = Literal["enforce", "evaluate"]

# The source of a verdict ends with this if the verdict is about the policy file that a push changes, not about tags.
AS_PUSHED = ", as pushed"


class Breach(Record):
    """What a rule yields: one thing that is wrong with one ref, or with the push.

    `message` is one sentence that names the value. `ref` is the full ref name,
    None for the push as a whole. `key` is the policy key that governs the case,
    None for the rule's first option, or for the rule itself if it has no options;
    `fix` is a command to run, or a sentence with one; `why` replaces the rule's
    `WHY` if that does not fit. The texts may contain surrogates (bytes that are
    not UTF-8); reports escape them.
    """

    message: str
    ref: str | None
    model: str | None = None
    key: str | None = None
    fix: str | None = None
    why: str | None = None


class Finding(Record):
    """A breach, the rule that found it, and the severity that the policy gives it."""

    rule: str
    severity: Severity
    ref: str | None
    model: str | None
    message: str
    key: str | None
    fix: str | None
    why: str | None = None

    @property
    def tag(self) -> str | None:
        """The tag's name, None for a finding on something that is not a tag."""
        if self.ref is None or not self.ref.startswith(TAGS):
            return None
        return self.ref[len(TAGS) :]


class Verdict(Record):
    """The outcome of one push under one policy.

    `judged` counts tag updates. `notes` are sentences about the judgement itself
    (which policy was used instead of another, what could not be determined). In mode
    "evaluate", `accepted` is False only for changes that would spoil approvals.
    `emergency` maps each rule that was broken in an emergency to the reason that
    the pusher gave.
    """

    accepted: bool
    mode: Mode
    policy_source: str
    policy_id: str | None
    findings: tuple[Finding, ...]
    judged: int
    notes: tuple[str, ...] = ()
    emergency: Mapping[str, str] = {}


def as_enforced(verdict: Verdict) -> Verdict:
    """The verdict as in mode "enforce": an audit finds the same errors in any mode."""
    broken = any(finding.severity == "error" for finding in verdict.findings)
    return verdict._replace(accepted=not broken, mode="enforce")


def of_accepted(verdict: Verdict) -> Verdict:
    """The verdict for somebody whose tags are written or pushed, because it accepts them.

    A fix that creates a tag again, or another one on its commit, would now be refused, so it is left out. Beside a near
    miss, which registers nothing, the right tag can still be created.
    """
    findings = tuple(one if one.model is None else one._replace(fix=None) for one in verdict.findings)
    return verdict._replace(findings=findings) if verdict.accepted else verdict


def merge_verdicts(verdicts: Sequence[Verdict]) -> Verdict:
    """Merge verdicts of the same policy on several parts of a push into one; `verdicts` must not be empty."""
    first = verdicts[0]
    return first._replace(
        accepted=all(verdict.accepted for verdict in verdicts),
        findings=tuple(finding for verdict in verdicts for finding in verdict.findings),
        judged=sum(verdict.judged for verdict in verdicts),
        notes=tuple(dict.fromkeys(note for verdict in verdicts for note in verdict.notes)),
    )


def with_site_verdict(verdict: Verdict, site: Verdict) -> Verdict:
    """`verdict` together with the site policy's verdict on the same tags.

    If both policies find the same breach, only the more severe finding is kept.
    """
    errors = {(one.rule, one.ref) for one in site.findings if one.severity == "error"}
    kept = [one for one in verdict.findings if one.severity == "error" or (one.rule, one.ref) not in errors]
    known = {(one.rule, one.ref) for one in kept}
    more = [one for one in site.findings if (one.rule, one.ref) not in known]
    note = f"the site policy also judges: {site.policy_source}"
    return verdict._replace(
        accepted=verdict.accepted and site.accepted,
        findings=tuple(sorted([*kept, *more], key=lambda one: one.ref or "")),
        notes=tuple(dict.fromkeys((*verdict.notes, *site.notes, note))),
    )
