"""Puts the pre-push hook into a clone, beside whatever stood there."""

from __future__ import annotations

import os
import shlex

from ..repository.git.whole_file import write_whole
from .clone import CannotInstall, Clone
from .hook_file import NEXT, hook_file
from .hook_place import has_stanza, hook_place, is_ours, stanza
from .interpreter import own_interpreter, repair_command, warning_about

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .hook_place import HookPlace

COMMAND_SETTING = "hook.tagwarden.command"
EVENT_SETTING = "hook.tagwarden.event"
CONFIGURED_SINCE = (2, 54)


def install(path: str, *, configured: bool = False) -> list[str]:
    """Install pre-push in the clone at `path`; sentences on what was done.

    Installing again changes nothing, or brings the hook up to date. With
    `configured`, the configuration names the hook, which then runs whatever
    owns the hooks folder. CannotInstall where it can't be done, or where a hook
    manager wants it written into a file of the user's; nothing has changed then.
    """
    clone = Clone(path)
    place = hook_place(clone)
    python = own_interpreter()
    try:
        if configured:
            said = _configure(clone, python)
        elif place.manager in ("husky", "lefthook"):
            if not has_stanza(place):
                raise CannotInstall(stanza(place).rstrip())
            return [f"{place.file} calls tagwarden: there is nothing to do."]
        else:
            _check(clone, place)
            said = _place_hook(place, python)
    except OSError as error:
        raise CannotInstall(f"{error.filename or place.file} can't be written: {error.strerror}") from error
    said += [line for line in (_about_work_trees(clone, place), warning_about(python)) if line]
    return [*said, f"`tagwarden status {shlex.quote(clone.work_tree)}` proves that it works."]


def _check(clone: Clone, place: HookPlace) -> None:
    folder = clone.hooks_folder()
    if folder.scope not in (None, "local", "worktree"):
        since = ".".join(map(str, CONFIGURED_SINCE))
        raise CannotInstall(
            f"core.hooksPath is set to {folder.path} in the {folder.scope} configuration, so a hook there would judge "
            f"the pushes from every clone. With Git {since} or later: `tagwarden install --configured`. Or have the "
            f'pre-push hook there call: tagwarden hook pre-push "$@"'
        )
    if os.path.isdir(place.file):
        raise CannotInstall(f"{place.file} is a folder")
    kept = _kept(place)
    if os.path.lexists(place.file) and not is_ours(place.file) and os.path.lexists(kept):
        raise CannotInstall(f"both {place.file} and {kept} are hooks that are not tagwarden's; move one of them away")


def _kept(place: HookPlace) -> str:
    return os.path.join(os.path.dirname(place.file), NEXT)


def _place_hook(place: HookPlace, python: str) -> list[str]:
    kept = _kept(place)
    os.makedirs(os.path.dirname(place.file), exist_ok=True)
    moved = os.path.lexists(place.file) and not is_ours(place.file)
    if moved:
        # As a second name first, so that there is no moment without a hook.
        try:
            os.link(place.file, kept, follow_symlinks=False)
        except (OSError, NotImplementedError):  # a file system without hard links
            os.rename(place.file, kept)
    has_next = os.path.lexists(kept)
    content = hook_file(python=python, next_hook=NEXT if has_next else "", repair=repair_command(python))
    try:
        write_whole(place.file, content.encode("utf-8", "surrogateescape"), 0o755)
    except OSError:
        if moved and os.path.lexists(place.file):
            os.unlink(kept)  # renaming one of two names of a file to the other does nothing (rename(2))
        elif moved:
            os.rename(kept, place.file)
        raise
    said = [f"pre-push is installed as {place.file}."]
    if place.manager == "pre-commit":
        said.append("pre-commit owns pre-push here, and runs this before its own hooks.")
    if has_next and os.access(kept, os.X_OK):
        said.append(f"The hook that was there is kept as {kept}, and runs after tagwarden has accepted a push.")
    elif has_next:
        said.append(f"The hook that was there is kept as {kept}. It is not executable, so nobody runs it.")
    return said


def _configure(clone: Clone, python: str) -> list[str]:
    if clone.git_version() < CONFIGURED_SINCE:
        needed = ".".join(map(str, CONFIGURED_SINCE))
        raise CannotInstall(f"only Git {needed} and later run hooks that the configuration names; this is older")
    file = configured_file(clone)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    content = hook_file(python=python, repair=repair_command(python))
    write_whole(file, content.encode("utf-8", "surrogateescape"), 0o755)
    # In this order: Git dies of an event that has no command.
    clone.line("config", "--local", "--replace-all", COMMAND_SETTING, shlex.quote(file))
    clone.line("config", "--local", "--replace-all", EVENT_SETTING, "pre-push")
    return [f"pre-push is installed as {file}, which {COMMAND_SETTING} names."]


def configured_file(clone: Clone) -> str:
    """The hook file that the configuration names, if it names one of ours."""
    return os.path.join(clone.common_dir, "tagwarden", "pre-push")


def _about_work_trees(clone: Clone, place: HookPlace) -> str | None:
    if not clone.hooks_folder().relative or place.manager not in ("git", "pre-commit"):
        return None
    return (
        "core.hooksPath is relative, so every linked work tree has a hooks folder of its own: "
        "run `tagwarden install` in each that you push from."
    )
