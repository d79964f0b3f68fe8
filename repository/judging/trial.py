"""Compares how a tried policy and the one in force judge the existing tags."""

from __future__ import annotations

from ...policy.record import Record
from .audit import audit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.verdict import Finding
    from ..git.command import Git
    from ..trusted.loaded_policy import LoadedPolicy


class Difference(Record):
    """The errors that only the tried policy finds, and those that only the policy in force finds."""

    newly: tuple[Finding, ...]
    no_longer: tuple[Finding, ...]


class TagTrial(Record):
    """The number of judged tags, how the verdicts differ, and the notes of both audits."""

    judged: int
    difference: Difference
    notes: tuple[str, ...]


def difference_between(in_force: Sequence[Finding], tried: Sequence[Finding]) -> Difference:
    """The errors in which two audits of the same tags differ; errors with the same rule and ref are the same."""
    before = {(one.rule, one.ref) for one in in_force if one.severity == "error"}
    after = {(one.rule, one.ref) for one in tried if one.severity == "error"}
    return Difference(
        tuple(one for one in tried if one.severity == "error" and (one.rule, one.ref) not in before),
        tuple(one for one in in_force if one.severity == "error" and (one.rule, one.ref) not in after),
    )


class Policies(Record):
    """The policies that judge a push to a server: the repository's own, and the site's, if there is one."""

    own: LoadedPolicy
    site: LoadedPolicy | None = None

    @property
    def all(self) -> list[LoadedPolicy]:
        """The repository's policy, then the site's, if there is one."""
        return [self.own] if self.site is None else [self.own, self.site]


def try_on_tags(git: Git, in_force: Policies, tried: Policies) -> TagTrial:
    """Audit the tags by both policies. Raises CannotJudge if the repository can't be read."""
    before, after = (audit(git, one.own, site=one.site).verdict for one in (in_force, tried))
    notes = dict.fromkeys((*before.notes, *after.notes))
    return TagTrial(after.judged, difference_between(before.findings, after.findings), tuple(notes))
