"""The gate: from ref updates to an exit status, for the repository that a hook runs in."""

from __future__ import annotations

import os
import time

from ..policy.errors import CannotJudge
from ..policy.push import Circumstances
from ..repository.configuration import Configuration
from ..repository.git_command import Git
from ..repository.git_program import GitProgram
from .leaving import ACCEPTED, REFUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..policy.judge import Verify
    from ..policy.policy import Policy
    from ..policy.push import RefUpdate
    from ..policy.verdict import Verdict
    from ..repository.judging import FindEmergency, FindVerify, LoadPolicy
    from ..repository.reader import Reader
    from .hook_file import ServerHook
    from .push_lock import PushLock
    from .pusher import Pusher

LOCK_TIMEOUT = "tagwarden.lockTimeout"
DEFAULT_LOCK_TIMEOUT = 60.0

# These refuse whoever is not known.
RULES_ABOUT_THE_PUSHER = ("who", "tagger-is-pusher")


def judge_updates_here(
    updates: Sequence[RefUpdate],
    *,
    hook: ServerHook,
    host: str,
    note: str | None = None,
    foreign: Callable[[], int] | None = None,
) -> int:
    """Judge `updates` by the repository's policy and by the site's, say and log what was found, and answer 0 or 1.

    `note` goes with every verdict that has findings. `foreign` runs the hook
    behind ours, if we accept; its exit status is then the answer. Raises
    CannotJudge where no verdict can be reached, or none can be logged. A push
    lock that was taken is left to whoever keeps it until Git is done with an
    accepted push.
    """
    git = Git.here()
    # Each git process works while what comes next is imported, which takes as long.
    configuration = Configuration(git)
    reader = GitProgram(git)
    reader.prepare()
    from ..repository.shares import shares_of
    from .push_lock import common_folder

    common_dir = common_folder(git.folder())
    shares = shares_of(updates)
    models = [model for model in shares if model is not None]
    lock = _lock(common_dir, configuration, host) if models else None
    head = reader.head()
    reader.prepare(models=models, refs=[head] if head else [])
    from ..repository.judging import judge_server_push
    from .push_log import append_to_log
    from .push_log_line import Entry, outcome_of
    from .pusher import SETTING as PUSHER
    from .pusher import find_pusher

    together = updates
    if lock is not None and hook == "update":
        from .earlier_updates import with_earlier

        together = with_earlier(lock.accepted_before(), updates)
    pusher = find_pusher(configuration.get(PUSHER), os.environ)
    circumstances = Circumstances(now=int(time.time()), place="server", pusher=pusher.name, pusher_email=pusher.email)
    entry = Entry(hook, pusher, updates, "could-not-judge")
    try:
        verdicts = judge_server_push(
            together,
            reader,
            configuration,
            circumstances,
            # `update` gets no push options; what its environment holds came from elsewhere.
            find_emergency=_emergencies(pusher) if hook == "pre-receive" else None,
            find_verify=_verifiers(reader, git, circumstances.now),
            load=_loader(common_dir),
            shares=shares if together is updates else None,
        )
    except CannotJudge as problem:
        append_to_log(common_dir, entry._replace(error=str(problem)))
        raise
    if together is not updates:
        from .earlier_updates import about_these

        verdicts = [about_these(verdict, updates) for verdict in verdicts]
    for verdict in verdicts:
        if verdict.findings or verdict.notes:
            _report(verdict, pusher, note, host)
    # Tags that are none of our business, and branches, leave no line.
    if any(verdict.judged or verdict.findings for verdict in verdicts):
        emergency = {rule: reason for verdict in verdicts for rule, reason in verdict.emergency.items()}
        outcome = outcome_of(verdicts, emergency)
        append_to_log(common_dir, entry._replace(outcome=outcome, verdicts=verdicts, emergency=emergency))
    status = ACCEPTED if all(verdict.accepted for verdict in verdicts) else REFUSED
    if status == ACCEPTED and foreign is not None:
        status = foreign()
    if lock is not None:
        _settle(lock, updates, hook, accepted=status == ACCEPTED)
    return status


def _settle(lock: PushLock, updates: Sequence[RefUpdate], hook: ServerHook, *, accepted: bool) -> None:
    if not accepted:
        lock.release()
    elif hook == "pre-receive":
        lock.keep_until_pushed(updates)
    else:
        from .earlier_updates import lines_of

        lock.remember(lines_of(updates))
        lock.keep_until_pushed()


def _report(verdict: Verdict, pusher: Pusher, note: str | None, host: str) -> None:
    from ..report.text import lines_of
    from .messages import tell

    if note is not None and verdict.findings:
        verdict = verdict._replace(notes=(*verdict.notes, note))
    if pusher.name is None and any(finding.rule in RULES_ABOUT_THE_PUSHER for finding in verdict.findings):
        verdict = verdict._replace(notes=(*verdict.notes, f"it is not known who pushes: {pusher.how}"))
    tell(lines_of(verdict), host)


def _emergencies(pusher: Pusher) -> FindEmergency | None:
    if "GIT_PUSH_OPTION_0" not in os.environ:
        return None
    from ..policy.emergency import grant
    from .push_options import push_options

    options = push_options(os.environ)
    return lambda policy: grant(options, policy, pusher.name)


def _verifiers(reader: Reader, git: Git, now: int) -> FindVerify:
    def find(policy: Policy) -> Verify | None:
        if policy.signing.allowed_signers is None:
            return None
        from ..repository.signatures import find_verifier

        return find_verifier(policy, reader, git, now=now)

    return find


def _loader(common_dir: str) -> LoadPolicy:
    def load(data: bytes, *, site: bool = False) -> Policy:
        from ..repository.policy_cache import PolicyCache

        return PolicyCache(common_dir).load(data, site=site)

    return load


def _lock(common_dir: str, configuration: Configuration, host: str) -> PushLock:
    from .push_lock import take_push_lock

    def say(line: str) -> None:
        from .messages import tell

        tell([f"tagwarden: {line}"], host)

    wanted = configuration.get(LOCK_TIMEOUT)
    try:
        wait = DEFAULT_LOCK_TIMEOUT if wanted is None else float(wanted)
    except ValueError:
        raise CannotJudge(
            f"The Git setting {LOCK_TIMEOUT} is {wanted!a}, which is no number of seconds. "
            f"Set it to one: `git config {LOCK_TIMEOUT} 60`."
        ) from None
    return take_push_lock(common_dir, wait=wait, say=say)
