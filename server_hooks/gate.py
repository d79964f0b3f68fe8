"""The gate: from ref updates to an exit status, for the repository that a hook runs in."""

from __future__ import annotations

import os
import time

from ..policy.case import WholePush
from ..policy.errors import CannotJudge
from ..policy.judge import Judge
from ..policy.policy_file import PolicyMistakes, built_in_policy, load_policy
from ..policy.push import Circumstances
from ..report.text import lines_of
from ..repository.configuration import Configuration
from ..repository.facts import TAGS, group_by_model, judge_updates
from ..repository.git_command import Git
from ..repository.git_program import GitProgram
from ..repository.gto_file import declared_stages
from ..repository.policy_changes import policy_changes
from ..repository.policy_source import server_policy, site_policy
from .leaving import ACCEPTED, REFUSED
from .messages import tell
from .push_lock import common_folder, take_push_lock
from .pusher import SETTING as PUSHER
from .pusher import find_pusher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.policy import Policy
    from ..policy.push import RefUpdate
    from ..policy.verdict import Verdict
    from ..repository.policy_source import PolicySource
    from ..repository.reader import Reader
    from .push_lock import PushLock

REPLACE = "refs/replace/"
LOCK_TIMEOUT = "tagwarden.lockTimeout"
DEFAULT_LOCK_TIMEOUT = 60.0


def judge_updates_here(
    updates: Sequence[RefUpdate], *, host: str, whole_push: bool = True, note: str | None = None
) -> int:
    """Judge `updates` by the repository's policy and by the site's, say what was found, and answer 0 or 1.

    `whole_push` is False where there may be more to the push than these.
    `note` goes with every verdict that has findings. Raises CannotJudge where
    no verdict can be reached. A push lock that was taken is left to whoever
    keeps it until Git is done with the push.
    """
    git = Git.here()
    configuration = Configuration(git)
    reader = GitProgram(git)
    models = [model for model in group_by_model(updates) if model is not None]
    lock = _lock(git, configuration, host) if models else None
    reader.prepare(models=models)
    verdicts = _judge(updates, reader, configuration)
    accepted = all(verdict.accepted for verdict in verdicts)
    for verdict in verdicts:
        if note is not None and verdict.findings:
            verdict = verdict._replace(notes=(*verdict.notes, note))
        tell(lines_of(verdict), host)
    if lock is not None and accepted:
        lock.keep_until_pushed(updates if whole_push else ())
    elif lock is not None:
        lock.release()
    return ACCEPTED if accepted else REFUSED


def _lock(git: Git, configuration: Configuration, host: str) -> PushLock:
    wanted = configuration.get(LOCK_TIMEOUT)
    try:
        wait = DEFAULT_LOCK_TIMEOUT if wanted is None else float(wanted)
    except ValueError:
        raise CannotJudge(
            f"The Git setting {LOCK_TIMEOUT} is {wanted!a}, which is no number of seconds. "
            f"Set it to one: `git config {LOCK_TIMEOUT} 60`."
        ) from None
    return take_push_lock(common_folder(git.folder()), wait=wait, say=lambda line: tell([f"tagwarden: {line}"], host))


def _judge(updates: Sequence[RefUpdate], reader: Reader, configuration: Configuration) -> list[Verdict]:
    sources = [server_policy(reader, configuration)]
    site = site_policy(reader, configuration)
    if site is not None:
        sources.append(site)
    judged_by = [_policy(source, updates, site=source is site) for source in sources]
    stages = declared_stages(reader, sources[0].commit)
    pusher = find_pusher(configuration.get(PUSHER), os.environ)
    circumstances = Circumstances(
        now=int(time.time()),
        place="server",
        declared_stages=stages.names,
        pusher=pusher.name,
        pusher_email=pusher.email,
    )
    judges = [Judge(policy, circumstances) for policy in judged_by]
    judge_updates(updates, reader, judges)
    problem = _policy_problem(updates, reader, configuration)
    tags = sum(update.new is not None and update.ref.startswith(TAGS) for update in updates)
    for judge in judges:
        judge.judge_whole(WholePush(circumstances, updates, tags, problem))
    return [
        judge.verdict(source=source.source, policy_id=source.id, notes=[source.note] if source.note else [])
        for judge, source in zip(judges, sources, strict=True)
    ]


def _policy(source: PolicySource, updates: Sequence[RefUpdate], *, site: bool) -> Policy:
    if source.data is None:
        return built_in_policy()
    try:
        return load_policy(source.data, site=site)
    except PolicyMistakes as mistakes:
        if any(update.ref.startswith((TAGS, REPLACE)) for update in updates):
            raise CannotJudge(
                f"The policy {source.source} can't be read. Repair it and push that before any tag.\n{mistakes}"
            ) from None
        # The push that repairs it touches no tag, and is asked only what it makes of the policy.
        return built_in_policy()


def _policy_problem(
    updates: Sequence[RefUpdate], reader: Reader, configuration: Configuration
) -> tuple[str, tuple[str, ...]] | None:
    """The ref that this push would leave with an unreadable policy, and what is wrong with it."""
    others = [update for update in updates if not update.ref.startswith(TAGS)]
    for change in policy_changes(reader, configuration, others) if others else ():
        if change.problem is not None:
            return change.ref, (change.problem,)
        if change.data is not None:
            try:
                load_policy(change.data, site=change.site)
            except PolicyMistakes as mistakes:
                return change.ref, mistakes.mistakes
    return None
