"""Whether a clone's hooks really refuse a bad tag, and what prevents it if they don't."""

from __future__ import annotations

import os
import shlex
from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.file.policy import built_in_policy
from ..policy.program_version import VERSION
from ..report.proof import Status, what_is_proven, what_went_wrong
from ..repository.git.configuration import Configuration
from ..repository.git.git_version import about_old_git
from ..repository.git.program import GitProgram
from ..repository.hook_files.our_files import about_version, interpreter_of, is_our_hook
from ..repository.hook_files.placing import why_passed_over
from ..repository.hook_files.probe import BAD_TAGS
from ..repository.remote.names import remote_to_push_to
from ..repository.trusted.loaded_policy import load_source
from ..repository.trusted.policy_source import client_policy
from .cached_interpreter import warning_about
from .clone import Clone
from .hook_file import INSTALL, NEXT
from .hook_place import HOOK, LEGACY, NOT_FOUND, has_stanza, hook_place
from .install import configured_file
from .lfs import lfs_problem
from .probe import push_bad_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..policy.file.policy import Policy
    from ..repository.hook_files.probe import Outcome
    from .hook_place import HookPlace

BYPASSES = (
    "`git push --no-verify` runs no hook, and tools that push without Git run none either: `gto register --push` and "
    "`gto assign --push` (dulwich), libgit2 and its bindings. Only the server's hook sees those: "
    "`tagwarden install --server`"
)
COMING_MOVE = (
    "a future pre-commit may install itself as a configured hook and no longer run pre-push.legacy: after such an "
    "update, run `tagwarden install` again"
)


def status(path: str) -> Status:
    """Push a bad tag from the clone at `path` to a scratch repository, and report what its hooks do.

    Changes nothing in the clone. Raises CannotInstall if the push can't be tried.
    """
    clone = Clone(path)
    outcome = push_bad_tags(clone)
    proven = what_is_proven(outcome.said, BAD_TAGS, refused=outcome.refused)
    place = hook_place(clone)
    files = {name: file for name, file in _our_files(clone, place) if is_our_hook(file) or has_stanza_at(place, file)}
    old = about_old_git(clone.git_version())
    problems = [*([old] if old else ()), *_about_interpreters(files.values())]
    if proven == "no":
        problems += _why_not(clone, place, outcome)
    # Imported here: pre-commit needs only a part of this module, and libgit2 takes long to load.
    from ..repository.judging.audit import unreadable_for_gto

    consumers = unreadable_for_gto(clone.git, _policy_of(clone))
    problems += consumers.problems
    lacking = lfs_problem(clone, place)
    problems += [lacking] if lacking else []
    missing = [BYPASSES]
    if consumers.note is not None:
        missing.append(consumers.note)
    if HOOK in files and files[HOOK].endswith(LEGACY):
        missing.append(COMING_MOVE)
    missing += [warning for file in files.values() if (warning := _warning(file))]
    renewal = f"{INSTALL} {shlex.quote(clone.work_tree)}"
    missing += [about for file in files.values() if (about := about_version(file, VERSION, renewal))]
    return Status(clone.work_tree, proven, files, tuple(problems), tuple(missing), outcome.said.strip())


def _policy_of(clone: Clone) -> Policy:
    """The clone's policy; the built-in one if it can't be read, which the push of bad tags reports."""
    with closing(Configuration(clone.git)) as configuration, closing(GitProgram(clone.git)) as reader:
        try:
            remote = remote_to_push_to(clone.git)
            return load_source(client_policy(reader, configuration, remote=remote, work_tree=clone.work_tree)).policy
        except CannotJudge:
            return built_in_policy()


def hook_is_in_place(path: str) -> bool:
    """Whether our hook is where Git, or the hook manager, runs it; found out without a push.

    Raises CannotInstall if there is no clone.
    """
    clone = Clone(path)
    place = hook_place(clone)
    return any(
        has_stanza_at(place, file) or (is_our_hook(file) and os.access(file, os.X_OK))
        for _, file in _our_files(clone, place)
    )


def has_stanza_at(place: HookPlace, file: str) -> bool:
    """Whether `file` belongs to a hook manager and calls our command."""
    return place.manager in ("husky", "lefthook") and file == place.file and has_stanza(place)


def _our_files(clone: Clone, place: HookPlace) -> Iterator[tuple[str, str]]:
    yield HOOK, place.file
    if "tagwarden" in clone.configured_hooks():
        yield "configured pre-push", configured_file(clone)


def _about_interpreters(files: Iterable[str]) -> Iterator[str]:
    for file in files:
        python = interpreter_of(file)
        if python is not None and not os.access(python, os.X_OK):
            yield f"{file} names the interpreter {python}, which no longer exists: run `{INSTALL}`"


def _warning(file: str) -> str | None:
    python = interpreter_of(file)
    return warning_about(python) if python is not None else None


def _why_not(clone: Clone, place: HookPlace, outcome: Outcome) -> Iterator[str]:
    yield what_went_wrong(refused=bool(outcome.refused))
    again = f"run `{INSTALL} {shlex.quote(clone.work_tree)}`"
    folder = clone.hooks_folder()
    default = clone.default_hooks_folder
    if place.manager in ("husky", "lefthook"):
        if not has_stanza(place):
            yield f"{place.manager} owns the hooks and {place.file} does not call tagwarden: {again}, it says how"
        elif NOT_FOUND in outcome.said or "not found" in outcome.said:
            yield f"{place.file} calls tagwarden, which is not on PATH: install it for everybody who pushes"
    elif is_our_hook(place.file) and (about := why_passed_over(place.file)):
        yield about
    elif is_our_hook(os.path.join(folder.path, LEGACY)) and place.manager == "git":
        gone = "is a configured hook now" if "pre-commit" in clone.configured_hooks() else "is gone"
        yield f"nothing runs {os.path.join(folder.path, LEGACY)}, because pre-commit {gone}: {again}"
    elif place.manager == "pre-commit" and not os.path.lexists(place.file):
        yield f"pre-commit owns pre-push and runs nothing besides: `pre-commit install -f` removes others: {again}"
    elif not is_our_hook(place.file):
        yield from _hooks_path(folder.path, folder.scope, default, again)


def _hooks_path(folder: str, scope: str | None, default: str, again: str) -> Iterator[str]:
    elsewhere = any(is_our_hook(os.path.join(default, name)) for name in (HOOK, LEGACY))
    if folder != default and elsewhere:
        yield (
            f"tagwarden's hook is in {default}, but Git looks in {folder}, for core.hooksPath is set in the "
            f"{scope} configuration: {again}"
        )
    elif os.path.lexists(os.path.join(folder, HOOK)) or os.path.lexists(os.path.join(folder, NEXT)):
        yield f"the hook in {folder} is another one now: {again}"
    else:
        yield f"there is no pre-push hook: {again}"
