"""The gate: from ref updates to an exit status, for the repository that a hook runs in."""

from __future__ import annotations

import os
import time

from ..policy.budget import Budget
from ..policy.errors import CannotJudge
from ..policy.push import Circumstances
from ..report.exit_status import ACCEPTED, REFUSED
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.program import GitProgram
from .messages import SECONDS, SECONDS_WHILE_OTHERS_WAIT, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.file.policy import Policy
    from ..policy.judging.judge import Verify
    from ..policy.push import RefUpdate
    from ..policy.verdict import Verdict
    from ..repository.git.reader import Reader
    from ..repository.judging.receiving import Receiver
    from ..repository.judging.server_push import FindEmergency, FindVerify, LoadPolicy
    from .call import Call
    from .lock.push_lock import PushLock
    from .pusher import Pusher

# Ours, and those that say what Git does with a push after us.
SECTIONS = "(tagwarden|core|hook|receive|transfer)"


def judge_call(call: Call) -> int:
    """Judge the updates by the repository's policy and by the site's, log and say what was found; 0 or 1.

    Raises CannotJudge where no verdict can be reached, or none can be logged.
    """
    git = Git.here()
    # Each git process works while what comes next is imported, which takes as long.
    configuration = Configuration(git, SECTIONS)
    reader = GitProgram(git)
    reader.prepare()
    from ..repository.git.symbolic_refs import as_they_change
    from ..repository.judging.model_updates import updates_by_model
    from .lock_for_push import lock_for_push

    common_dir = reader.keep_in = git.common_folder()
    call.updates = as_they_change(call.updates, reader)
    shares = updates_by_model(call.updates)
    models = [model for model in shares if model is not None]
    needs_lock = models or call.needs_lock(shares)
    lock = lock_for_push(common_dir, git, configuration, call) if needs_lock else None
    try:
        status, words = _judge_and_settle(call, lock, git, common_dir, configuration, reader, models)
    except BaseException:
        # Whoever tells what went wrong waits for the pusher to read it; others need not wait for that.
        if lock is not None:
            lock.release()
        raise
    # Git does not go on with an accepted push, and its lock is kept, before all of this is said.
    tell(words, call.host, seconds=SECONDS_WHILE_OTHERS_WAIT if status == ACCEPTED else SECONDS)
    return status


def _judge_and_settle(
    call: Call,
    lock: PushLock | None,
    git: Git,
    common_dir: str,
    configuration: Configuration,
    reader: Reader,
    models: Sequence[str],
) -> tuple[int, list[str]]:
    """The exit status, and what is still to be told once the lock is no longer held here."""
    head = reader.head()
    reader.prepare(models=models, refs=[head] if head else [])
    from .log.append import append_to_log
    from .log.line import Entry, leaves_a_line, outcome_of
    from .log.settler import settler
    from .pusher import PUSHER_SETTING, find_pusher

    pusher = find_pusher(configuration.get(PUSHER_SETTING), os.environ)
    guarded = lock is not None and lock.guards_the_update
    entry = Entry(call.hook, pusher, call.updates, "could-not-judge", guarded=guarded)
    try:
        earlier = call.earlier(lock) if lock is not None else ()
        trusted = call.trusted(lock, reader, configuration)
        verdicts = _judged(call, earlier, git, common_dir, configuration, reader, trusted, pusher)
    except CannotJudge as problem:
        try:
            append_to_log(common_dir, entry._replace(error=str(problem)))
        finally:
            if lock is not None:
                lock.release()
        raise
    from ..repository.judging.claims import with_true_old

    # From here on it matters what becomes of the refs, and not what the push says that they were.
    call.updates = with_true_old(call.updates, reader)
    entry = entry._replace(updates=call.updates)
    status = ACCEPTED if all(verdict.accepted for verdict in verdicts) else REFUSED
    emergency = {rule: reason for verdict in verdicts for rule, reason in verdict.emergency.items()}
    entry = entry._replace(outcome=outcome_of(verdicts, emergency), verdicts=verdicts, emergency=emergency)
    if status == ACCEPTED and call.run_foreign_hook() != ACCEPTED:
        status = REFUSED
        entry = entry._replace(outcome="refused", error="the hook behind tagwarden's refused the push")
    logged = append_to_log(common_dir, entry) if leaves_a_line(call.updates, verdicts) else ""
    if lock is not None:
        if status == ACCEPTED:
            call.hand_on(lock, settler(common_dir, logged))
        else:
            lock.release()
    return status, _words(verdicts, pusher)


def _judged(
    call: Call,
    earlier: Sequence[RefUpdate],
    git: Git,
    common_dir: str,
    configuration: Configuration,
    reader: Reader,
    trusted: Reader,
    pusher: Pusher,
) -> list[Verdict]:
    from ..repository.judging.server_push import judge_server_push

    budget = Budget()
    circumstances = Circumstances(
        now=int(time.time()), place="server", pusher=pusher.name, pusher_email=pusher.email, budget=budget
    )
    verdicts = judge_server_push(
        call.updates,
        reader,
        configuration,
        circumstances,
        trusted=trusted,
        receiver=_receiver(call, git, common_dir, configuration),
        earlier=earlier,
        find_emergency=_emergencies(call.push_options(os.environ), pusher),
        find_verify=_verifiers(trusted, git, circumstances.now, budget),
        load=_loader(common_dir),
    )
    return [call.about(verdict) for verdict in verdicts]


def _receiver(call: Call, git: Git, common_dir: str, configuration: Configuration) -> Receiver:
    from ..repository.judging.receiving import Receiver

    if "GIT_CONFIG_COUNT" in os.environ or "GIT_CONFIG_PARAMETERS" in os.environ:
        # What Git itself goes by holds also what the host set for this very process.
        configuration = Configuration(git, SECTIONS, with_environment=True)
    return Receiver(git, configuration, asked_singly=call.asked_singly(common_dir, configuration.entries()))


def _words(verdicts: Sequence[Verdict], pusher: Pusher) -> list[str]:
    """What the pusher is told of the verdicts."""
    words: list[str] = []
    for verdict in verdicts:
        if not verdict.findings and not verdict.notes:
            continue
        from ..policy.rules import RULES
        from ..report.text import lines_of

        if pusher.name is None and any(RULES[finding.rule].needs_pusher for finding in verdict.findings):
            verdict = verdict._replace(notes=(*verdict.notes, f"it is not known who pushes: {pusher.how}"))
        words += lines_of(verdict)
    return words


def _emergencies(options: Sequence[str], pusher: Pusher) -> FindEmergency | None:
    if not options:
        return None
    from ..policy.judging.emergency import grant

    return lambda policy: grant(options, policy, pusher.name)


def _verifiers(reader: Reader, git: Git, now: int, budget: Budget) -> FindVerify:
    def find(policy: Policy) -> Verify | None:
        if policy.signing.allowed_signers is None:
            return None
        from ..repository.signatures.verifier import find_verifier

        return find_verifier(policy, reader, git, now=now, budget=budget)

    return find


def _loader(common_dir: str) -> LoadPolicy:
    def load(data: bytes, *, site: bool = False) -> Policy:
        from ..repository.trusted.policy_cache import PolicyCache

        return PolicyCache(common_dir).load(data, site=site)

    return load
