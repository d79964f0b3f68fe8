"""Judges all tags of a repository, each as if it had been pushed on its date."""

from __future__ import annotations

import time

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate, WholePush
from ...policy.record import Record
from ...policy.verdict import as_enforced, with_site_verdict
from ..approvals.in_clone import approvals_here
from ..remote.names import remote_for_fixes
from ..signatures.verifier import find_verifier
from .consumer_judge import ConsumerJudge, LibraryJudge
from .pipeline import judge_updates
from .whole_reader import WholeReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...policy.file.policy import Policy
    from ...policy.verdict import Verdict
    from ..approvals.archived import ArchivedEvidence
    from ..git.command import Git
    from ..trusted.loaded_policy import LoadedPolicy

# Large, because models often share commits: those of one batch are read only once.
BATCH = 20_000

ONLY_EVALUATES = 'the policy\'s mode is "evaluate": pushes that do the same are reported, but accepted'

# The most tags that `unreadable_for_gto` lists.
MOST_SHOWN = 5


class Audited(Record):
    """The verdict on the existing tags, and `ids`: the object id of each ref with a finding."""

    verdict: Verdict
    ids: Mapping[str, str]


def audit(
    git: Git,
    loaded: LoadedPolicy,
    *,
    site: LoadedPolicy | None = None,
    reader: WholeReader | None = None,
    archived: ArchivedEvidence | None = None,
) -> Audited:
    """The verdict on all tags, and on replacements (refs/replace/*), which substitute objects.

    If there is a `site` policy, both policies judge, as for a push. GTO's own library also reads each model tag
    (`consumer_judge.py`). Rules that depend on who pushed, or on what was pushed together, can't be checked. A policy
    in mode "evaluate" judges as if it enforced, and a note says so. `reader` may already have read parts of the
    repository, and is closed here. Archived approvals count as well. Raises CannotJudge if the repository can't be
    read.
    """
    reader = reader or WholeReader(git)
    try:
        circumstances = Circumstances(
            int(time.time()),
            "history",
            declared_stages=loaded.declared_stages,
            tag_state="landed",
            remote=remote_for_fixes(git),
        )
        fill_in = archived.fill_in if archived is not None else None
        verify = find_verifier(loaded.policy, reader, git, now=None, fill_in=fill_in)
        approvals = approvals_here(loaded.policy, reader, git, verify, archived)
        knowing = circumstances._replace(approvals=approvals.of if approvals is not None else None)
        judges: list[Judge] = [ConsumerJudge(loaded.policy, knowing, git=git, verify=verify)]
        if site is not None:
            verify = find_verifier(site.policy, reader, git, now=None, fill_in=fill_in)
            of_site = approvals_here(site.policy, reader, git, verify, archived)
            knowing = circumstances._replace(approvals=of_site.of if of_site is not None else None)
            judges.append(Judge(site.policy, knowing, verify=verify))
        created = _all_created(reader)
        judge_updates(created, reader, judges, existing={}, batch_size=BATCH)
        replaced = [RefUpdate(None, oid, ref) for ref, oid in reader.replacements()]
        for judge in judges:
            judge.judge_whole(WholePush(circumstances, replaced, None))
    finally:
        reader.close()
    notes = [ONLY_EVALUATES] if loaded.policy.mode == "evaluate" else []
    if approvals is not None and approvals.note is not None:
        notes.append(approvals.note)
    verdict = as_enforced(loaded.verdict_of(judges[0], *notes))
    if site is not None:
        verdict = with_site_verdict(verdict, as_enforced(site.verdict_of(judges[1])))
    wrong = {finding.ref for finding in verdict.findings}
    return Audited(verdict, {one.ref: one.new for one in (*created, *replaced) if one.new and one.ref in wrong})


class Unreadable(Record):
    """The existing model tags that tagwarden can read, but GTO's own library can't.

    `problems` are sentences. `note` says why the library was not asked, None if it was.
    """

    problems: list[str]
    note: str | None


def unreadable_for_gto(git: Git, policy: Policy, reader: WholeReader | None = None) -> Unreadable:
    """Find the model tags that GTO's own library can't read, as far as `policy` has a rule against it.

    If the tags can't be read at all, that is a problem, too, and nothing is raised. `reader` is as in `audit`.
    """
    try:
        messages, note = _ask_library(git, policy, reader or WholeReader(git))
    except CannotJudge as problem:
        return Unreadable([f"the tags can't be checked with GTO's own library (libgit2): {problem}"], None)
    shown = messages[:MOST_SHOWN]
    if len(messages) > len(shown):
        shown.append(f"{len(messages) - len(shown)} more tags are like that: `tagwarden audit` lists them")
    return Unreadable(shown, note)


def _ask_library(git: Git, policy: Policy, reader: WholeReader) -> tuple[list[str], str | None]:
    judge = LibraryJudge(policy, Circumstances(int(time.time()), "history"), git=git)
    try:
        if judge.note is None:
            judge_updates(_all_created(reader), reader, [judge], existing={}, batch_size=BATCH)
    finally:
        reader.close()
    return [finding.message for finding in judge.findings], judge.note


def _all_created(reader: WholeReader) -> list[RefUpdate]:
    return [RefUpdate(None, tag.oid, TAGS + tag.name) for tag in reader.all_tags()]
