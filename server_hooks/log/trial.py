"""Tries a policy on the pushes in the push log, and compares it with the policy in force.

Each accepted push is judged again against the tags that existed before it. The
`old` values of a line were checked (`repository/judging/claims.py`), so the tags
at that time are found by undoing the lines, newest first, starting from the
current refs. The objects of refused pushes are gone, so those can't be judged
again.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate
from ...policy.record import Record
from ...repository.approvals.in_clone import approvals_here
from ...repository.git.objects import TagRef
from ...repository.git.program import GitProgram
from ...repository.judging.pipeline import judge_updates
from ...repository.judging.trial import Policies, difference_between
from ...repository.signatures.verifier import find_verifier
from .chain import read_lines
from .line import LANDING
from .reading import read_entry, seconds_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.verdict import Finding
    from ...repository.git.command import Git


class TriedPush(Record):
    """A push in the log, and the errors for which only one of the two policies refuses it."""

    line: int
    time: str
    pusher: str | None
    findings: tuple[Finding, ...]


class PushTrial(Record):
    """How two policies differ about `judged` pushes; `undetermined` counts those that can't be judged again."""

    judged: int
    newly: tuple[TriedPush, ...]
    no_longer: tuple[TriedPush, ...]
    undetermined: int


def try_on_pushes(git: Git, common_dir: str, in_force: Policies, tried: Policies) -> PushTrial:
    """Judge the pushes of the log by both policies.

    Branches count as they are now, and an emergency counts as granted. Raises
    CannotJudge if the repository can't be read, OSError if the log can't be read.
    """
    newly: list[TriedPush] = []
    no_longer: list[TriedPush] = []
    judged = undetermined = 0
    with closing(GitProgram(git)) as reader:
        before = _TagsBefore(reader)
        for entry in reversed([read_entry(line) for line in read_lines(common_dir)]):
            if entry is None or entry["outcome"] == "incomplete":
                continue
            updates = [RefUpdate(one["old"], one["new"], one["ref"]) for one in entry["updates"]]
            if not any(update.ref.startswith(TAGS) for update in updates):
                continue  # it changed only a policy
            if entry["outcome"] not in LANDING:
                undetermined += 1
                continue
            before.take_back(updates)
            found = [_errors(policies, entry, updates, reader, before, git) for policies in (in_force, tried)]
            if found[0] is None or found[1] is None:
                undetermined += 1
                continue
            judged += 1
            difference = difference_between(found[0], found[1])
            push = TriedPush(entry["line"], entry["time"], entry["pusher"]["name"], ())
            if found[1] and not found[0]:
                newly.append(push._replace(findings=difference.newly))
            elif found[0] and not found[1]:
                no_longer.append(push._replace(findings=difference.no_longer))
    return PushTrial(judged, tuple(reversed(newly)), tuple(reversed(no_longer)), undetermined)


def _errors(
    policies: Policies,
    entry: dict[str, Any],
    updates: Sequence[RefUpdate],
    reader: GitProgram,
    before: _TagsBefore,
    git: Git,
) -> tuple[Finding, ...] | None:
    """The errors for which the policies refuse the push; None if objects of it are gone."""
    tags = [update for update in updates if update.ref.startswith(TAGS)]
    now = int(seconds_of(entry))
    circumstances = Circumstances(
        now,
        "server",
        declared_stages=policies.own.declared_stages,
        pusher=entry["pusher"]["name"],
        pusher_email=entry["pusher"]["email"],
        emergency=entry.get("emergency", {}),
    )
    judges = []
    for loaded in policies.all:
        verify = find_verifier(loaded.policy, reader, git, now=now)
        approvals = approvals_here(loaded.policy, reader, git, verify)
        knowing = circumstances._replace(approvals=approvals.of if approvals is not None else None)
        judges.append(Judge(loaded.policy, knowing, verify=verify))
    brought = [update.new for update in tags if update.new is not None]
    if any(found.type is None for found in reader.objects(brought, limit=0)):
        return None
    try:
        judge_updates(tags, reader, judges, existing=before.of(tags))
    except CannotJudge:
        return None
    return tuple(finding for judge in judges for finding in judge.findings if finding.severity == "error")


class _TagsBefore:
    """The model tags as they were before the lines undone so far."""

    def __init__(self, reader: GitProgram) -> None:
        self._by_model: dict[str, dict[str, str]] = {}
        for tag in reader.all_tags():
            self._set(tag.name, tag.oid)

    def take_back(self, updates: Sequence[RefUpdate]) -> None:
        for update in updates:
            if update.ref.startswith(TAGS):
                self._set(update.ref[len(TAGS) :], update.old)

    def of(self, updates: Sequence[RefUpdate]) -> dict[str, list[TagRef]]:
        """The tags of the models that the updates name."""
        models = {name.model for update in updates if (name := _model_tag(update.ref[len(TAGS) :]))}
        return {
            model: [TagRef(name, oid) for name, oid in sorted(self._by_model.get(model, {}).items())]
            for model in models
        }

    def _set(self, tag: str, oid: str | None) -> None:
        name = _model_tag(tag)
        if name is None:
            return
        tags = self._by_model.setdefault(name.model, {})
        if oid is None:
            tags.pop(tag, None)
        else:
            tags[tag] = oid


def _model_tag(tag: str) -> TagName | None:
    name = parse_tag_name(tag)
    return name if isinstance(name, TagName) else None
