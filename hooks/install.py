"""Puts the pre-push hook into a clone, beside any hook that is already there."""

from __future__ import annotations

import os
import shlex

from ..report.advice import Advice, Done
from ..repository.git.git_version import about_old_git
from ..repository.hook_files.errors import CannotInstall
from ..repository.hook_files.hooked_repository import changing
from ..repository.hook_files.interpreter import own_interpreter
from ..repository.hook_files.our_files import is_our_hook
from ..repository.hook_files.placing import about_kept, about_placed, check_place, place_hook, write_hook
from .cached_interpreter import repair_command, warning_about
from .clone import Clone
from .hook_file import NEXT, hook_file, own_lines_in
from .hook_place import has_stanza, hook_place, stanza
from .lfs import FOR_HUSKY, lfs_problem, uses_lfs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..repository.hook_files.placing import KeptHook
    from .hook_place import HookPlace

COMMAND_SETTING = "hook.tagwarden.command"
EVENT_SETTING = "hook.tagwarden.event"
CONFIGURED_SINCE = (2, 54)


def install(path: str, *, configured: bool = False) -> Done:
    """Install pre-push in the clone at `path`.

    Installing again changes nothing, or updates the hook. With `configured`, the
    Git configuration names the hook, which then runs no matter who manages the
    hooks folder. Raises CannotInstall, and changes nothing, if it fails or if the
    user has to add the hook to a file of their hook manager.
    """
    clone = Clone(path)
    old = about_old_git(clone.git_version())
    if old:
        raise CannotInstall(old)
    place = hook_place(clone)
    python = own_interpreter("tagwarden.hooks.pre_push")
    with changing(place.file):
        if configured:
            said = _configure(clone, python)
        elif place.manager in ("husky", "lefthook"):
            if not has_stanza(place):
                for_lfs = f"{FOR_HUSKY}\n" if place.manager == "husky" and uses_lfs(clone) else ""
                raise CannotInstall((stanza(place) + for_lfs).rstrip())
            lacking = lfs_problem(clone, place)
            return Done([f"{place.file} calls tagwarden: there is nothing to do.", *([lacking] if lacking else ())], [])
        else:
            _check(clone, place)
            said = _place_hook(place, python)
    said += [line for line in (_about_work_trees(clone, place), warning_about(python)) if line]
    return Done(said, [Advice("To prove that it works", ("tagwarden", "status", clone.work_tree), clone.work_tree)])


def _check(clone: Clone, place: HookPlace) -> None:
    folder = clone.hooks_folder()
    if folder.scope not in (None, "local", "worktree"):
        since = ".".join(map(str, CONFIGURED_SINCE))
        raise CannotInstall(
            f"core.hooksPath is set to {folder.path} in the {folder.scope} configuration, so a hook there would judge "
            f"the pushes from every clone. With Git {since} or later: `tagwarden install --configured`. Or have the "
            f'pre-push hook there call: tagwarden hook pre-push "$@"'
        )
    check_place(place.file, _keep_as(place))


def _keep_as(place: HookPlace) -> str:
    # The same name for either place, because pre-commit may have moved our hook since it was installed.
    return os.path.join(os.path.dirname(place.file), NEXT)


def _place_hook(place: HookPlace, python: str) -> list[str]:
    os.makedirs(os.path.dirname(place.file), exist_ok=True)

    own = own_lines_of(place.file)

    def text(kept: KeptHook | None) -> str:
        next_hook = NEXT if kept else ""
        return hook_file(python=python, next_hook=next_hook, repair=repair_command(python), own_lines=own)

    placed = place_hook(place.file, _keep_as(place), text)
    said = [about_placed("pre-push", place.file, placed.what)]
    if own:
        said.append("Your own lines at its end are kept.")
    if place.manager == "pre-commit":
        said.append("pre-commit owns pre-push here, and runs this before its own hooks.")
    return said + about_kept(placed.kept)


def _configure(clone: Clone, python: str) -> list[str]:
    if clone.git_version() < CONFIGURED_SINCE:
        needed = ".".join(map(str, CONFIGURED_SINCE))
        raise CannotInstall(f"only Git {needed} and later run hooks that the configuration names; this is older")
    file = configured_file(clone)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    text = hook_file(python=python, repair=repair_command(python), own_lines=own_lines_of(file))
    what = write_hook(file, text)
    # The command comes first, because Git fails on an event without a command.
    clone.change_setting("--replace-all", COMMAND_SETTING, shlex.quote(file))
    clone.change_setting("--replace-all", EVENT_SETTING, "pre-push")
    return [about_placed("pre-push", f"{file}, which {COMMAND_SETTING} names", what)]


def own_lines_of(file: str) -> str:
    """The lines that the user has added to our hook at `file`; "" if there are none, or if the hook is not ours."""
    if not is_our_hook(file):
        return ""
    with open(file, encoding="utf-8", errors="surrogateescape", newline="") as opened:
        return own_lines_in(opened.read())


def configured_file(clone: Clone) -> str:
    """The path of the hook file for hooks that are configured."""
    return os.path.join(clone.common_dir, "tagwarden", "pre-push")


def _about_work_trees(clone: Clone, place: HookPlace) -> str | None:
    if not clone.hooks_folder().relative or place.manager not in ("git", "pre-commit"):
        return None
    return (
        "core.hooksPath is relative, so every linked work tree has a hooks folder of its own: "
        "run `tagwarden install` in each that you push from."
    )
