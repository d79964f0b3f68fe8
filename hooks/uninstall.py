"""Undoes exactly what installing the pre-push hook did."""

from __future__ import annotations

import os
from contextlib import suppress

from ..repository.git.whole_file import read_start
from ..repository.hook_files.hooked_repository import changing
from ..repository.hook_files.our_files import is_our_hook
from ..repository.hook_files.placing import remove_hook, write_hook
from .clone import Clone
from .hook_file import NEXT
from .hook_place import HOOK, LEGACY, has_stanza, hook_place, is_of_pre_commit
from .install import COMMAND_SETTING, EVENT_SETTING, configured_file, own_lines_of


def uninstall(path: str) -> list[str]:
    """Remove our hook from the clone at `path`; returns sentences on what was done.

    A hook that was there before is restored; if pre-commit was installed in the
    meantime, it is put where pre-commit runs it. Raises CannotInstall if
    something can't be undone.
    """
    clone = Clone(path)
    folders = dict.fromkeys([clone.hooks_folder().path, clone.default_hooks_folder])
    with changing(clone.work_tree):
        said = [line for folder in folders for line in _remove_hook(folder)]
        said += _remove_configured(clone)
    place = hook_place(clone)
    if place.manager in ("husky", "lefthook") and has_stanza(place):
        said.append(f"{place.file} calls tagwarden: take that out yourself.")
    return said or [f"Nothing of tagwarden is installed in {clone.work_tree}."]


def _remove_hook(folder: str) -> list[str]:
    kept = os.path.join(folder, NEXT)
    files = (os.path.join(folder, HOOK), os.path.join(folder, LEGACY))
    said = []
    for file in files:
        if is_our_hook(file):
            own = own_lines_of(file)
            said.append(remove_hook(file, kept))
            said += _restore_own_lines(file, own)
    if os.path.lexists(kept):
        said.append(_restore_kept(folder, kept))
    return said


def _restore_own_lines(file: str, own: str) -> list[str]:
    """Make the user's own lines the hook, or put them beside it if there is another one."""
    if not own:
        return []
    beside = f"{file}.tagwarden-own"
    alone = not os.path.lexists(file)
    write_hook(file if alone else beside, f"#!/bin/sh\n{own}")
    if alone:
        return [f"{file} holds the lines now that you had added."]
    return [f"The lines that you had added are kept as {beside}, which nothing runs: put them into {file}."]


def _restore_kept(folder: str, kept: str) -> str:
    """Restore the kept hook although our own is no longer in its place."""
    owned = is_of_pre_commit(read_start(os.path.join(folder, HOOK)))
    back = os.path.join(folder, LEGACY if owned else HOOK)
    if os.path.lexists(back):
        return f"{back} is not of tagwarden: it is left as it is, and {kept}, which stood there before, too."
    os.rename(kept, back)
    return f"{back} is the previous hook again."


def _remove_configured(clone: Clone) -> list[str]:
    said = []
    # The event goes first, because Git fails on an event without a command.
    for setting in (EVENT_SETTING, COMMAND_SETTING):
        if clone.ask_for("config", "--local", "--get-all", setting):
            clone.change_setting("--unset-all", setting)
            said.append(f"{setting} is unset.")
    file = configured_file(clone)
    if is_our_hook(file):
        own = own_lines_of(file)
        os.unlink(file)
        said += [f"{file} is removed.", *(_restore_own_lines(file, own) if own else ())]
        with suppress(OSError):  # other files in the folder don't belong to the hook
            os.rmdir(os.path.dirname(file))
    return said
