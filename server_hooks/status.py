"""Whether a repository's hooks really refuse a bad tag, and which guarantee is missing."""

from __future__ import annotations

import os
import shlex
import time
from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.file.policy import built_in_policy
from ..policy.grammar.names import HEADS
from ..report.account import about_differences, about_landing
from ..report.proof import Status, named_rules, what_is_proven, what_went_wrong
from ..repository.approvals.identity import repository_id
from ..repository.git.whole_file import read_start
from ..repository.hook_files.our_files import about_version, is_our_hook, is_our_text
from ..repository.hook_files.placing import why_passed_over
from ..repository.hook_files.probe import BAD_TAGS, PATIENCE
from ..repository.judging.audit import unreadable_for_gto
from ..repository.trusted.policy_location import POLICY_FILE
from ..repository.trusted.policy_source import POLICY_SETTING
from .facts import facts_of, policy_of
from .gitolite import gitolite_problems
from .hook_place import HOOKS, delegates, hook_place, host_of, is_inside
from .lock.push_lock import LOCK_FILE
from .lock.receive_pack import ancestors_can_be_read
from .log.account import account_of
from .log.line import LOG
from .log.sink import SINK_SETTING, unsent
from .probe import push_bad_tags, run_hook_on_bad_tags
from .pusher_access import access_problems
from .served_repository import ServedRepository
from .settings_in_force import settings_in_force
from .update import NOTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..policy.file.policy import Policy
    from ..report.proof import Proven
    from ..repository.hook_files.probe import Outcome
    from ..repository.trusted.loaded_policy import LoadedPolicy
    from .facts import Facts
    from .hook_file import ServerHook
    from .hook_place import HookPlace

DOES_NOT_END = f"did not come to an end within {PATIENCE:g} seconds"
SECONDS_ON_THE_WAY = 120.0
LOCK_ENDS = (
    "the push lock ends with the hook: two pushes at the same moment may together break a rule, "
    "which `tagwarden audit` finds"
)


def status(path: str) -> tuple[Status, Facts]:
    """Push a bad tag through the hooks of the repository at `path`, and report the outcome and other facts about it.

    The push goes to a scratch repository, so that nothing in this one changes
    except that its push log is settled if necessary. Must run as the repository's
    owner. Raises CannotInstall if the push can't be tried.
    """
    with closing(ServedRepository(path)) as repository:
        return _status(repository)


def _status(repository: ServedRepository) -> tuple[Status, Facts]:
    host = host_of(repository)
    places = _places(repository, host)
    hooks: dict[str, str] = {hook: place.file for hook, place in places.items() if is_our_text(read_start(place.file))}
    problems = [*_head_problems(repository), *_lock_problems(repository), *access_problems(repository, hooks.values())]
    problems += gitolite_problems(repository)
    guarded: bool | None = None
    if host == "gitlab":
        proven, said = _try_hook_file(repository, host, problems)
    else:
        outcome = push_bad_tags(repository)
        proven, said = what_is_proven(outcome.said, BAD_TAGS, refused=outcome.refused), outcome.said
        guarded = outcome.guarded
        if proven == "unknown":
            problems.append(f"a push of bad tags {DOES_NOT_END}")
        if proven == "no":
            problems += _why_not(repository, host, outcome)
    loaded = _policy_of(repository)
    policy = loaded.policy if loaded else built_in_policy()
    problems += [*_account_problems(repository, policy), *_approval_problems(repository, policy)]
    consumers = unreadable_for_gto(repository.reader.git, policy, repository.reader)
    problems += consumers.problems
    configuration, not_in_force = settings_in_force(repository, host)
    problems += [*not_in_force, *_sink_problems(repository)]
    guarded_here = False if host == "gitlab" else guarded
    facts = facts_of(repository.common_dir, hooks.values(), loaded, configuration, guarded=guarded_here)
    missing = [*_missing_guarantees(hooks, host, guarded), *_outside_the_repository(repository, hooks.values())]
    missing += _locks_between_machines(facts.lock)
    missing += _written_by_other_versions(repository, hooks.values(), facts.program)
    if consumers.note is not None:
        missing.append(consumers.note)
    return Status(repository.path, proven, hooks, tuple(problems), tuple(missing), said.strip()), facts


def _try_hook_file(repository: ServedRepository, host: str, problems: list[str]) -> tuple[Proven, str]:
    """Run the hook file itself: Gitaly runs GitLab's hooks, and can't be asked to from here."""
    file = hook_place(repository, "pre-receive", host).file
    if not os.access(file, os.X_OK):
        problems.append(why_passed_over(file) or f"{file} is not there; {_how_to_install(repository)}")
        return "no", ""
    exit_status, said = run_hook_on_bad_tags(repository, file)
    if exit_status is None:
        problems.append(f"{file} {DOES_NOT_END}")
        return "unknown", said
    if exit_status == 0 or not named_rules(said, BAD_TAGS):
        problems.append(f"{file} does not refuse a bad tag (exit status {exit_status})")
        return "no", said
    problems.append(f"{file} refuses a bad tag, but whether Gitaly runs it can be seen only by pushing one to GitLab")
    return "unknown", said


def _head_problems(repository: ServedRepository) -> list[str]:
    if repository.setting(POLICY_SETTING):
        return []
    head = repository.branch
    if head is None or repository.head_commit is not None:
        return []
    branches = repository.ask("for-each-ref", "--count=2", "--format=%(refname)", HEADS).splitlines()
    there = branches[0] if len(branches) == 1 else f"{HEADS}<branch>"
    git = f"git -C {shlex.quote(repository.path)}"
    why = f"HEAD names {head}, which does not exist, so no branch's policy counts."
    ways = [f"Push that branch, or: {git} symbolic-ref HEAD {there}"]
    if len(branches) == 1 and repository.ask(
        "rev-parse", "--verify", "--quiet", f"{there}:{POLICY_FILE}", accepted=(0, 1)
    ):
        # With this setting, somebody who can change HEAD through the host can't choose the policy.
        setting = f"ref:{there}:{POLICY_FILE}"
        ways.insert(0, f"Name the policy's branch: {git} config {POLICY_SETTING} {shlex.quote(setting)}.")
    return [" ".join([why, *ways])]


def _approval_problems(repository: ServedRepository, policy: Policy) -> list[str]:
    if not policy.base.approvals.require:
        return []
    try:
        repository_id(policy, repository.configuration)
    except CannotJudge as problem:
        return [f"no tag that needs approvals is accepted: {problem}"]
    return []


def _lock_problems(repository: ServedRepository) -> list[str]:
    lock = os.path.join(repository.common_dir, LOCK_FILE)
    if os.path.exists(lock):
        return [] if os.access(lock, os.R_OK | os.W_OK) else [f"{lock} can't be written, so no model tag is accepted"]
    if os.access(repository.common_dir, os.W_OK | os.X_OK):
        return []
    return [f"{repository.common_dir} can't be written, so no model tag is accepted"]


def _why_not(repository: ServedRepository, host: str, outcome: Outcome) -> list[str]:
    if outcome.refused:
        return [what_went_wrong(refused=True)]
    effective = repository.hooks_folder()
    default = repository.default_hooks_folder
    reasons = []
    for hook, place in _places(repository, host).items():
        owned_by_host = os.path.join(effective.path, hook)
        if about := why_passed_over(place.file):
            reasons.append(about)
        elif place.shared and is_our_hook(place.file) and not delegates(owned_by_host):
            reasons.append(f"{place.file} is there, but {owned_by_host}, which {host}'s server makes, does not run it")
        if effective.path != default and is_our_hook(os.path.join(default, hook)):
            where = f"core.hooksPath is set in the {effective.scope} configuration"
            reasons.append(f"tagwarden's hook is in {default}, but Git looks in {effective.path}: {where}")
    return [what_went_wrong(refused=False), *(reasons or [f"no hook of tagwarden runs; {_how_to_install(repository)}"])]


def _places(repository: ServedRepository, host: str) -> dict[ServerHook, HookPlace]:
    return {hook: hook_place(repository, hook, host) for hook in HOOKS}


def _account_problems(repository: ServedRepository, policy: Policy) -> list[str]:
    """What landed in part, what was done to tags without passing any hook, and what could not be determined."""
    try:
        account = account_of(repository.common_dir, ignored=policy.ignores)
    except (CannotJudge, OSError) as problem:
        return [f"the push log can't be held against the tags: {problem}"]
    if account is None:
        return []
    return [*map(about_landing, account.landings), *about_differences(account.differences), *account.notes]


def _sink_problems(repository: ServedRepository) -> list[str]:
    """Lines of the push log that the configured command has not taken, unless they may still be on their way."""
    if not repository.setting(SINK_SETTING):
        return []
    try:
        waiting = next(unsent(repository.common_dir), None)
        if waiting is None or time.time() - os.stat(f"{repository.common_dir}/{LOG}").st_mtime < SECONDS_ON_THE_WAY:
            return []
    except OSError:
        return []
    said = (
        f"the command of {SINK_SETTING} has not taken the lines of the push log from {waiting.number} on: run it by "
        "hand to see why. The next push hands them over again"
    )
    return [said]


def _policy_of(repository: ServedRepository) -> LoadedPolicy | None:
    """The repository's policy; None if it can't be read, which the push of bad tags reports."""
    try:
        return policy_of(repository)
    except CannotJudge:
        return None


def _outside_the_repository(repository: ServedRepository, files: Iterable[str]) -> list[str]:
    """A sentence for each hook file that other repositories may run, too."""
    return [
        f"{file} lies outside of {repository.common_dir}, and other repositories may run it: whoever takes it away "
        "for one of them opens the gate of this one"
        for file in files
        if not is_inside(repository, file)
    ]


def _written_by_other_versions(repository: ServedRepository, files: Iterable[str], program: str | None) -> list[str]:
    if program is None:
        return []
    install = f"tagwarden install --server {shlex.quote(repository.path)}"
    found = [about_version(file, program, install) for file in files]
    return [about for about in found if about is not None]


def _missing_guarantees(hooks: Mapping[str, str], host: str, guarded: bool | None) -> list[str]:
    missing = []
    if host == "gitlab":
        missing.append(f"on GitLab no receive-pack is above the hook, so {LOCK_ENDS}")
    elif ancestors_can_be_read() is None:
        missing.append(f"neither /proc nor ps tells here which receive-pack runs a hook, so {LOCK_ENDS}")
    elif guarded is False:
        missing.append(
            f"the hook does not find the receive-pack that runs it (/proc hides it, perhaps), so {LOCK_ENDS}"
        )
    if hooks and "pre-receive" not in hooks:
        missing.append(NOTE)
    return missing


def _locks_between_machines(lock: Mapping[str, str]) -> list[str]:
    """A sentence if the push lock, as in `Facts.lock`, may not hold between machines."""
    if lock["reach"] != "unknown":
        return []
    said = (
        f"the repository lies on a file system ({lock['file_system']}) of which nothing says that locks reach other "
        "machines: if several serve it, two pushes at the same moment may together break a rule, and their lines in "
        "the push log run into each other. Let one machine serve it"
    )
    return [said]


def _how_to_install(repository: ServedRepository) -> str:
    return f"as the repository's owner run: tagwarden install --server {shlex.quote(repository.path)}"
