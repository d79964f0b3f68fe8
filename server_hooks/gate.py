"""The gate: turns the ref updates of a hook call into an exit status."""

from __future__ import annotations

import os
import time

from ..policy.budget import Budget
from ..policy.errors import CannotJudge
from ..policy.push import Circumstances
from ..policy.record import Record
from ..report.exit_status import ACCEPTED, REFUSED
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.program import GitProgram
from .messages import SECONDS, SECONDS_WHILE_OTHERS_WAIT, write_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..policy.file.policy import Policy
    from ..policy.judging.judge import Verify
    from ..policy.verdict import Verdict
    from ..repository.approvals.guarding import FindProposers
    from ..repository.git.reader import Reader
    from ..repository.judging.model_updates import UpdatesByModel
    from ..repository.judging.receiving import Receiver
    from ..repository.judging.server_push import FindEmergency, FindVerify
    from ..repository.trusted.loaded_policy import LoadPolicy
    from .call import Call
    from .lock.push_lock import PushLock
    from .pusher import Pusher

# Our settings, and those that decide what Git does with a push after our hook.
SECTIONS = "(tagwarden|core|hook|receive|transfer)"


class Place(Record):
    """The repository of a call, as the hook sees it; the pushed objects may still be in quarantine."""

    git: Git
    common_dir: str
    configuration: Configuration
    reader: GitProgram


def judge_call(call: Call) -> int:
    """Judge the updates by the repository's policy and the site's, log the verdict and report it; returns 0 or 1.

    Raises CannotJudge if no verdict can be reached, or if it can't be logged.
    """
    # Here and below, imports come after the statements that start Git's work: the two then run at the same time.
    git = Git.here(may_fetch=False, settings_file=call.settings)
    configuration = Configuration(git, SECTIONS)
    reader = GitProgram(git)
    reader.prepare()
    from ..repository.git.refs.symbolic import as_they_change
    from ..repository.judging.model_updates import updates_by_model
    from .lock_for_push import lock_for_push

    place = Place(git, git.common_folder(), configuration, reader)
    reader.keep_in = place.common_dir
    call.updates = as_they_change(call.updates, reader)
    shares = updates_by_model(call.updates)
    needs_lock = bool(shares) or call.needs_lock(reader, configuration)
    lock: PushLock | None = None
    try:
        lock = lock_for_push(place.common_dir, git, configuration, call) if needs_lock else None
        status, lines = _judge_and_log(call, place, lock, shares)
    except BaseException:
        # The caller reports the error, and may wait for the pusher to read it; other pushes need not wait for that.
        if lock is not None:
            lock.release()
        _start_log_sink(place, lands=False)
        raise
    # Until this message is written, Git does not go on with an accepted push, and the lock stays taken.
    if lines:
        write_message(lines, call.host, seconds=SECONDS_WHILE_OTHERS_WAIT if status == ACCEPTED else SECONDS)
    _start_log_sink(place, lands=status == ACCEPTED)
    return status


def _start_log_sink(place: Place, *, lands: bool) -> None:
    """Start the command that is sent the lines of the push log, if one is configured."""
    try:
        command = place.configuration.get("tagwarden.logSink")
    except CannotJudge:
        return  # already reported
    if command:
        from .log.sink import start_sink

        start_sink(place.common_dir, command, lands=lands)


def _judge_and_log(call: Call, place: Place, lock: PushLock | None, shares: UpdatesByModel) -> tuple[int, list[str]]:
    """Returns the exit status, and the lines to print once this process no longer holds the lock."""
    head = place.reader.head()
    models = [model for model in shares if model is not None]
    place.reader.prepare(models=models, refs=[head] if head else [])
    from ..repository.judging.claims import with_true_old
    from .log.append import append_to_log, log_problem
    from .log.line import Entry, is_logged, outcome_of
    from .log.settler import settler
    from .pusher import PUSHER_SETTING, find_pusher

    pusher = find_pusher(place.configuration.get(PUSHER_SETTING), os.environ)
    guarded = lock is not None and lock.guards_update
    entry = Entry(call.hook, pusher, call.updates, "could-not-judge", guarded=guarded)
    try:
        verdicts = _verdicts(call, place, lock, shares, pusher)
        # The log records how the refs change, which the push's own claims about their old values may get wrong.
        call.updates = with_true_old(call.updates, place.reader)
        status = ACCEPTED if all(verdict.accepted for verdict in verdicts) else REFUSED
        foreign_status = call.run_foreign_hook() if status == ACCEPTED else ACCEPTED
    except CannotJudge as problem:
        log_problem(place.common_dir, entry, problem)
        raise
    emergency = {rule: reason for verdict in verdicts for rule, reason in verdict.emergency.items()}
    outcome = outcome_of(verdicts, emergency)
    entry = entry._replace(updates=call.updates, outcome=outcome, verdicts=verdicts, emergency=emergency)
    if foreign_status != ACCEPTED:
        status = REFUSED
        entry = entry._replace(outcome="refused", error="the hook behind tagwarden's refused the push")
    logged = append_to_log(place.common_dir, entry) if is_logged(call.updates, verdicts) else ""
    if lock is not None and status == ACCEPTED:
        call.hand_over_lock(lock, settler(place.common_dir, logged, call.settings))
    elif lock is not None:
        lock.release()
    return status, _message_lines(verdicts, pusher)


def _verdicts(call: Call, place: Place, lock: PushLock | None, shares: UpdatesByModel, pusher: Pusher) -> list[Verdict]:
    earlier = call.earlier(lock) if lock is not None else ()
    touched = call.touched(lock) if lock is not None else frozenset()
    trusted = call.trusted(lock, place.reader, place.configuration)
    from ..repository.judging.server_push import ServerPush, judge_server_push

    now = int(time.time())
    budget = Budget()
    push = ServerPush(
        call.updates,
        place.reader,
        place.configuration,
        Circumstances(now, "server", pusher=pusher.name, pusher_email=pusher.email, budget=budget),
        receiver=_receiver(call, place),
        trusted=trusted,
        earlier=earlier,
        shares=None if earlier else shares,
        find_emergency=_emergencies(call.push_options(os.environ), pusher),
        find_verify=_verifiers(trusted, place.git, now, budget),
        touched=touched,
        find_proposers=_proposers(place.common_dir),
        load=_loader(place.common_dir),
    )
    return [call.own_part(verdict) for verdict in judge_server_push(push)]


def _receiver(call: Call, place: Place) -> Receiver:
    from ..repository.judging.receiving import Receiver

    configuration = place.configuration
    if "GIT_CONFIG_COUNT" in os.environ or "GIT_CONFIG_PARAMETERS" in os.environ:
        # Git also obeys settings that the host passed to this process alone.
        configuration = Configuration(place.git, SECTIONS, with_environment=True)
    per_ref_hook = call.per_ref_hook(place.common_dir, configuration.entries())
    return Receiver(place.git, configuration, per_ref_hook=per_ref_hook)


def _message_lines(verdicts: Sequence[Verdict], pusher: Pusher) -> list[str]:
    """The report on the verdicts for the pusher."""
    lines: list[str] = []
    for verdict in verdicts:
        if not verdict.findings and not verdict.notes:
            continue
        from ..policy.rules import RULES
        from ..report.text import lines_of

        if pusher.name is None and any(RULES[finding.rule].needs_pusher for finding in verdict.findings):
            verdict = verdict._replace(notes=(*verdict.notes, f"it is not known who pushes: {pusher.how}"))
        lines += lines_of(verdict)
    return lines


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


def _proposers(common_dir: str) -> FindProposers:
    def find(tags: Collection[str]) -> Mapping[str, str | None]:
        from .log.proposers import proposers_of

        return proposers_of(common_dir, tags)

    return find


def _loader(common_dir: str) -> LoadPolicy:
    def load(data: bytes, *, site: bool = False) -> Policy:
        from ..repository.trusted.policy_cache import PolicyCache

        return PolicyCache(common_dir).load(data, site=site)

    return load
