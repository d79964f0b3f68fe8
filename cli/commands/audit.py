"""`tagwarden audit`: judges every existing tag."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from ...policy.errors import CannotJudge
from ...policy.rules import RULES
from ...policy.wording import counted, shell_command
from ...report.documents.shape import shape
from ...report.documents.shapes import VERDICT
from ...report.exit_status import ACCEPTED, REFUSED
from ...report.json import document
from ...repository.judging.audit import audit as audit_tags
from ...repository.judging.baseline_file import compare_with_baseline
from ...repository.judging.whole_reader import WholeReader
from ...repository.open_repository import open_repository
from ...server_hooks.log.archives import archived_evidence, problems_of_archives
from ..for_each_repository import Answer, for_each_repository, is_alone, of_several
from ..judging import FORMATS, format_options
from ..options import policy_option, repositories_argument
from ..ownership import explaining_ownership
from ..policy_in_force import policies_in_force, policy_in_file
from ..progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...policy.file.policy import Policy
    from ...policy.verdict import Verdict
    from ...repository.git.command import Git
    from ...repository.trusted.loaded_policy import LoadedPolicy

AUDITED = VERDICT.plus(
    "audit", "The verdict on all tags, and how often each rule is broken.", "counts", "known", "outdated"
)
DOCUMENTS = (
    AUDITED,
    shape("audit --plan", "A shell script that leads to an audit without errors.", "schema", "content"),
    of_several(AUDITED.name, AUDITED),
)


@click.command()
@repositories_argument
@policy_option
@click.option("--baseline", metavar="FILE", help="Leave out the findings that FILE lists.")
@click.option("--write-baseline", metavar="FILE", help="List the present findings in FILE, and leave them out.")
@click.option(
    "--plan", is_flag=True, help="Print a shell script that repairs what the audit finds, as far as possible."
)
@format_options
def audit(
    repositories: tuple[str, ...],
    policy_file: str | None,
    baseline: str | None,
    write_baseline: str | None,
    plan: bool,
    format: str | None,  # noqa: A002 -- the option's name
) -> int:
    """Judge every tag of each repository REPO (default: the current one), one by one in the order of their times.

    REPO may be a quoted glob. With several repositories, each gets a line of its
    own, followed by the findings; the exit status is the worst one.

    Works on bare repositories, which are judged by their server's policy and site
    policy. Because it is no longer known which tags were pushed together,
    version-order is at most a warning. If there is a push log, the audit also reports
    tags that the log does not explain, and partly landed pushes that break a rule.
    Ends with the counts by rule. Exits with 1 if there is an error, even in
    mode "evaluate".

    With --baseline, known findings don't count; new ones do, and so do
    findings about a tag that has changed since.

    With --plan, prints a script of commented steps instead of findings. Read it,
    then run it in a clone (`sh plan.sh [REMOTE]`). No step breaks a policy that
    judges here, the site's included. The exit status is then 0.
    """
    if baseline is not None and write_baseline is not None:
        raise click.UsageError("--baseline reads a file and --write-baseline writes one: give one of them.")
    if plan and (write_baseline is not None or format not in (None, "text", "json")):
        raise click.UsageError("--plan prints a script; it can't be combined with --write-baseline or --format.")
    alone = is_alone(repositories)
    if not alone and (baseline or write_baseline or plan or format not in (None, "text", "json")):
        raise click.UsageError("Several repositories allow --format text or json only, without --plan and baselines.")

    def ask(path: str) -> Answer:
        place = path if repositories else None
        with (
            explaining_ownership(path),
            open_repository(place) as opened,
            Progress("judged {} of {} tags") as progress,
        ):
            reader = WholeReader(opened.git, progress, opened.answering)
            loaded, site = _policies(policy_file, reader)
            audited = audit_tags(reader.git, loaded, site=site, reader=reader, archived=archived_evidence(reader.git))
            held = compare_with_baseline(audited, read=baseline, write=write_baseline)
            if plan:
                return _plan(reader.git, loaded, site, held.verdict, audited.ids)
            beside = [*_note_on_remote(reader.git, held.verdict), *_notes_from_push_log(reader.git, loaded.policy)]
        verdict = held.verdict._replace(notes=(*held.verdict.notes, *beside))
        return _answer(verdict, {"known": held.known, "outdated": held.outdated}, format or "text", alone=alone)

    return for_each_repository(repositories, ask, as_json=format == "json")


def _policies(file: str | None, reader: WholeReader) -> tuple[LoadedPolicy, LoadedPolicy | None]:
    """The policy to judge by and the site's policy, or only the policy in `file` if one is named."""
    return (policy_in_file(file), None) if file else policies_in_force(reader)


def _plan(
    git: Git, loaded: LoadedPolicy, site: LoadedPolicy | None, verdict: Verdict, ids: Mapping[str, str]
) -> Answer:
    from ..repair_script import repair_script

    script = repair_script(git, loaded, site, verdict, ids)
    return Answer(ACCEPTED, "", [script.removesuffix("\n")], {"schema": 1, "content": script})


def _answer(
    verdict: Verdict,
    numbers: Mapping[str, int],
    format: str,  # noqa: A002 -- the option's name
    *,
    alone: bool,
) -> Answer:
    counts = _counts(verdict)
    errors = sum(finding.severity == "error" for finding in verdict.findings)
    in_short = f"{counted(errors, 'error')}, {counted(len(verdict.findings) - errors, 'warning')}"
    lines: list[str] = []
    if format != "json":
        # Among many repositories, one without findings needs only its one line.
        lines = FORMATS[format](verdict) if alone or verdict.findings or verdict.notes else []
        lines += [f"{count:>6}  {rule}" for rule, count in counts.items() if format not in ("gitlab", "markdown")]
        if format == "text" and _lacks_a_fix(verdict):
            lines.append(
                "Some errors have no fix above; `tagwarden audit --plan` prints a script that repairs what it can."
            )
    status = ACCEPTED if verdict.accepted else REFUSED
    found = f"{in_short} in {counted(verdict.judged, 'tag')}"
    return Answer(status, found, lines, {**document(verdict), "counts": counts, **numbers})


def _lacks_a_fix(verdict: Verdict) -> bool:
    """Whether there is an error about a tag for which no finding has a fix."""
    fixed = {finding.ref for finding in verdict.findings if finding.fix}
    return any(finding.severity == "error" and finding.ref not in fixed for finding in verdict.findings)


def _note_on_remote(git: Git, verdict: Verdict) -> list[str]:
    """A note if no tag was judged in a clone, such as a CI job's checkout: the remote may have some."""
    if verdict.judged:
        return []
    from ...repository.remote.names import is_remote, remote_to_push_to

    remote = remote_to_push_to(git)
    if not is_remote(git, remote):
        return []
    return [
        f"this clone has no model tags; {remote!r} may have some: {shell_command('git', 'fetch', '--tags', remote)}"
    ]


def _notes_from_push_log(git: Git, policy: Policy) -> list[str]:
    """Notes on what a server's push log says about the tags; empty without a log."""
    from ...server_hooks.log.files import has_log

    if not has_log(git.common_folder()):
        return []
    from ...report.account import about_differences, about_landing
    from ...server_hooks.log.account import account_of

    try:
        account = account_of(git.folder(), ignored=policy.ignores)
        archives = problems_of_archives(git.common_folder())
    except (CannotJudge, OSError) as problem:
        return [f"the push log can't be held against the tags: {problem}"]
    if account is None:
        return []
    return [*map(about_landing, account.landings), *about_differences(account.differences), *account.notes, *archives]


def _counts(verdict: Verdict) -> dict[str, Any]:
    counted = Counter(finding.rule for finding in verdict.findings)
    return {rule: counted[rule] for rule in RULES if counted[rule]}
