"""Tries a policy on the tags that stand, beside the one in force."""

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
    """The errors that only the tried policy sees, and those that only the policy in force sees."""

    newly: tuple[Finding, ...]
    no_longer: tuple[Finding, ...]


class TagTrial(Record):
    """What became of the `judged` tags. `notes` are those of both audits."""

    judged: int
    difference: Difference
    notes: tuple[str, ...]


def difference_between(in_force: Sequence[Finding], tried: Sequence[Finding]) -> Difference:
    """The errors by which two judgements of the same tags differ, told by rule and ref."""
    before = {(one.rule, one.ref) for one in in_force if one.severity == "error"}
    after = {(one.rule, one.ref) for one in tried if one.severity == "error"}
    return Difference(
        tuple(one for one in tried if one.severity == "error" and (one.rule, one.ref) not in before),
        tuple(one for one in in_force if one.severity == "error" and (one.rule, one.ref) not in after),
    )


class Policies(Record):
    """What judges a push to a server: the repository's policy, and the site's where there is one."""

    own: LoadedPolicy
    site: LoadedPolicy | None = None

    @property
    def all(self) -> list[LoadedPolicy]:
        """Each of them."""
        return [self.own] if self.site is None else [self.own, self.site]


def try_on_tags(git: Git, in_force: Policies, tried: Policies) -> TagTrial:
    """Audit by both. Raises CannotJudge where the repository can't be read."""
    before, after = (audit(git, one.own, site=one.site).verdict for one in (in_force, tried))
    notes = dict.fromkeys((*before.notes, *after.notes))
    return TagTrial(after.judged, difference_between(before.findings, after.findings), tuple(notes))
