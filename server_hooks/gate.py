"""The gate: from ref updates to an exit status, for the repository that a hook runs in."""

from __future__ import annotations

import os
import time

from ..policy.errors import CannotJudge
from ..policy.push import Circumstances
from ..report.text import lines_of
from ..repository.configuration import Configuration
from ..repository.facts import group_by_model
from ..repository.git_command import Git
from ..repository.git_program import GitProgram
from ..repository.judging import judge_server_push
from .leaving import ACCEPTED, REFUSED
from .messages import tell
from .push_lock import common_folder, take_push_lock
from .pusher import SETTING as PUSHER
from .pusher import find_pusher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.push import RefUpdate
    from .push_lock import PushLock

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
    head = reader.head()
    reader.prepare(models=models, refs=[head] if head else [])
    pusher = find_pusher(configuration.get(PUSHER), os.environ)
    circumstances = Circumstances(
        now=int(time.time()), place="server", pusher=pusher.name, pusher_email=pusher.email
    )
    verdicts = judge_server_push(updates, reader, configuration, circumstances)
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
