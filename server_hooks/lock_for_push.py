"""The beginning of a hook: takes the push lock, and settles what earlier pushes left."""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..repository.git.command import Git
    from ..repository.git.configuration import Configuration
    from .call import Call
    from .lock.push_lock import PushLock
    from .log.line import Outcome

LOCK_TIMEOUT = "tagwarden.lockTimeout"
DEFAULT_LOCK_TIMEOUT = 60.0
# GitHub Enterprise Server kills all hooks of a push after five seconds, without showing what they wrote.
DEFAULT_LOCK_TIMEOUTS = {"github": 2.0}

# A process that writes the message about waiting is not in the lock's queue meanwhile, so the write must be short.
SECONDS_WHILE_WAITING = 0.2


def lock_for_push(common_dir: str, git: Git, configuration: Configuration, call: Call) -> PushLock:
    """The push lock of the repository, with nothing left to settle.

    Raises CannotJudge if the lock can't be taken, which is logged as the outcome
    of this push, or if earlier pushes can't be settled.
    """
    from .lock.push_lock import take_push_lock
    from .log.mark import everything_is_settled

    def say(line: str) -> None:
        from .messages import write_message

        write_message([f"tagwarden: {line}"], call.host, seconds=SECONDS_WHILE_WAITING)

    try:
        lock = take_push_lock(common_dir, wait=_lock_timeout(configuration, call.host), say=say)
    except CannotJudge as problem:
        _log(common_dir, configuration, call, problem)
        raise
    # For a further hook of the same push, that push's own refs may still be on their way.
    if lock.begins_push and not everything_is_settled(common_dir):
        try:
            _settle(common_dir, git)
        except BaseException:
            lock.release()
            raise
    return lock


def _settle(common_dir: str, git: Git) -> None:
    from .log.unsettled import settle_refused

    # After refused pushes there is nothing to ask Git; without the imports for it, the hook costs a fifth less.
    if not settle_refused(common_dir):
        from .log.settlement import settle

        settle(common_dir, git)


def _lock_timeout(configuration: Configuration, host: str) -> float:
    wanted = configuration.get(LOCK_TIMEOUT)
    try:
        return DEFAULT_LOCK_TIMEOUTS.get(host, DEFAULT_LOCK_TIMEOUT) if wanted is None else float(wanted)
    except ValueError:
        raise CannotJudge(
            f"The Git setting {LOCK_TIMEOUT} is {wanted!r}, which is not a number of seconds. "
            f"Set it to one: `git config {LOCK_TIMEOUT} 60`."
        ) from None


def _log(common_dir: str, configuration: Configuration, call: Call, problem: CannotJudge) -> None:
    from .lock.waiting import Busy
    from .log.append import log_problem
    from .log.line import Entry
    from .pusher import PUSHER_SETTING, find_pusher

    pusher = find_pusher(configuration.get(PUSHER_SETTING), os.environ)
    outcome: Outcome = "busy" if isinstance(problem, Busy) else "could-not-judge"
    log_problem(common_dir, Entry(call.hook, pusher, call.updates, outcome), problem)
