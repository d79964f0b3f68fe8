"""Puts a server hook into a repository, beside any hook that is already there."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.wording import shell_command
from ...report.advice import Advice, Done
from ...repository.git.own_file import STATE_FOLDER
from ...repository.hook_files.errors import CannotInstall
from ...repository.hook_files.hooked_repository import changing
from ...repository.hook_files.interpreter import own_interpreter
from ...repository.hook_files.our_files import is_our_hook, renewal_of_printed
from ...repository.hook_files.placing import about_kept, about_placed, check_place, place_hook
from ..hook_file import hook_file
from ..hook_place import hook_place, host_of, is_inside, repository_around
from ..hooks_folder import check_readable, make_folders
from ..install_record import Setting, read_record, write_record
from ..lock.push_lock import LOCK_FILE, make_lock_file
from ..log.account import record_existing_tags
from ..machine_settings import checked_settings_file
from ..pusher import ENVIRONMENT, HOSTS, PUSHER_SETTING
from ..served_repository import ServedRepository
from .existing_tags import about_existing_tags
from .object_checks import advice_on_object_checks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...repository.hook_files.placing import KeptHook
    from ..hook_file import ServerHook
    from ..hook_place import HookPlace
    from ..install_record import Installed


# The module that the interpreter of a hook file must be able to import.
INTERPRETER_NEEDS = "tagwarden.server_hooks.pre_receive"


def install(
    path: str, *, hook: ServerHook = "pre-receive", host: str | None = None, settings: str | None = None
) -> Done:
    """Install `hook` in the repository at `path`.

    Must run as the repository's owner, who will own the files. Installing again
    changes nothing, or updates the hook. `host`, if given, becomes the value of
    the repository's `tagwarden.pusher`. `settings` is a file with settings for
    all repositories of the machine, "" for none; None keeps the file that an
    installed hook names. Raises CannotInstall if it fails; the hooks are then
    unchanged.
    """
    check_host(host)
    python = own_interpreter(INTERPRETER_NEEDS)
    repository = ServedRepository(path)
    folder = os.path.join(repository.common_dir, STATE_FOLDER)
    if settings is None:
        settings = repository.git.settings_file
    settings = checked_settings_file(settings, repository.common_dir)
    repository.use_settings_file(settings)
    record = read_record(folder)
    place = hook_place(repository, hook, host or host_of(repository))
    _check_place(repository, hook, place)
    check_readable(repository.common_dir, place.file, made=record.folders)
    with changing(place.file):
        make_lock_file(os.path.join(repository.common_dir, LOCK_FILE))
        record = record._replace(
            files=tuple(dict.fromkeys([*record.files, place.file])),
            folders=(*record.folders, *make_folders(os.path.dirname(place.file), repository.common_dir)),
        )
        write_record(folder, record)
        said = _place_hook(place, hook, python, host or host_of(repository), settings)
    if not is_inside(repository, place.file):
        said.append(
            f"It lies outside of {repository.common_dir}: whatever other repositories have their hooks there are "
            "guarded from now on, too, each by its own policy and settings. Uninstalling leaves it there."
        )
    if not repository.git.is_bare():
        take_back = shell_command("tagwarden", "uninstall", "--server", path)
        said.append(
            "This repository has a work tree, and a server hook judges only what others push into it. If it is the "
            f"clone that you push from, take the hook back and install the clone's: {take_back} && "
            f"{shell_command('tagwarden', 'install', path)}"
        )
    wanted = {} if host is None else {PUSHER_SETTING: host}
    said += _change_settings(repository, folder, record, wanted)
    said += _record_existing_tags(repository)
    said += about_existing_tags(repository.path, repository.git_dir)
    prove = Advice("To prove that it works", ("tagwarden", "status", "--server", repository.path), repository.path)
    return Done(said, [*advice_on_object_checks(repository), prove])


def _record_existing_tags(repository: ServedRepository) -> list[str]:
    try:
        record_existing_tags(repository.common_dir)
    except (CannotJudge, OSError) as problem:
        return [f"Which tags stand already could not be noted; `tagwarden status --server` does it later. ({problem})"]
    return []


def check_host(host: str | None) -> None:
    """Raises CannotInstall unless `tagwarden.pusher` may have the value `host`."""
    if host is not None and host not in HOSTS and not host.startswith(ENVIRONMENT):
        known = ", ".join(sorted(HOSTS))
        raise CannotInstall(f"{host!r} is not a known host; known are {known} and {ENVIRONMENT}NAME")


def _check_place(repository: ServedRepository, hook: ServerHook, place: HookPlace) -> None:
    folder = repository.hooks_folder()
    if folder.scope not in (None, "local", "worktree") and place.file.startswith(folder.path):
        raise CannotInstall(
            f"core.hooksPath is set to {folder.path} in the {folder.scope} configuration, so a hook there would judge "
            "the pushes to every repository. If you want that, put it there yourself: "
            f"`tagwarden install --server --hook {hook} --print`"
        )
    other = None if is_inside(repository, place.file) else repository_around(place.file)
    if other is not None:
        raise CannotInstall(
            f"core.hooksPath is set to {folder.path}, in another repository ({other}): uninstalling tagwarden there "
            "would leave this one unprotected. Give this repository hooks of its own: "
            f"`git -C {shlex.quote(repository.path)} config --unset core.hooksPath`, and copy those that it needs"
        )
    _check_no_printed(place.file)
    check_place(place.file, place.keep_as)
    if place.shared and os.path.lexists(place.file) and not is_our_hook(place.file):
        raise CannotInstall(f"{place.file} exists already and is not tagwarden's; move it away")


def _check_no_printed(file: str) -> None:
    """Raises CannotInstall if the hook is a link to a printed hook file.

    A second hook in front of a printed one that is broken would not help: the broken one would still refuse.
    """
    renewal = renewal_of_printed(file) if os.path.islink(file) else None
    if renewal is not None:
        raise CannotInstall(
            f"{file} is a link to a hook file of tagwarden already, which was printed and put there. "
            f"To bring it up to date: {renewal}"
        )


def _place_hook(place: HookPlace, hook: ServerHook, python: str, host: str, settings: str) -> list[str]:
    def text(kept: KeptHook | None) -> str:
        runs = os.path.basename(kept.file) if kept is not None and kept.runs else ""
        return hook_file(hook, python=python, host=host, next_hook=runs, settings=settings)

    placed = place_hook(place.file, place.keep_as, text)
    return [about_placed(hook, place.file, placed.what), *about_kept(placed.kept)]


def _change_settings(
    repository: ServedRepository, folder: str, record: Installed, wanted: Mapping[str, str]
) -> list[str]:
    said = []
    changed = {setting.name: setting for setting in record.settings}
    for name, value in wanted.items():
        now = repository.own_setting(name)
        if now == value:
            continue
        changed[name] = Setting(name, value, changed[name].before if name in changed else now)
        write_record(folder, record._replace(settings=tuple(changed.values())))
        repository.change_setting(name, value)
        said.append(f"{name} is set to {value}.")
    return said
