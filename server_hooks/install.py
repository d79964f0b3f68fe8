"""Puts a server hook into a repository, beside whatever stood there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from .hook_file import NEXT_SUFFIX, hook_file
from .hook_place import SETTING, hook_place, host_of, is_inside, is_ours, repository_around
from .hooks_folder import check_readable, make_folders
from .install_record import Setting, read_record, write_record, write_whole
from .lock.push_lock import FILE, FOLDER, make_lock_file
from .log.account import note_what_stands
from .object_checks import advice_on_object_checks
from .pusher import ENVIRONMENT, HOSTS
from .served_repository import CannotAdminister, ServedRepository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .hook_file import ServerHook
    from .hook_place import HookPlace
    from .install_record import Installed


def install(path: str, *, hook: ServerHook = "pre-receive", host: str | None = None) -> list[str]:
    """Install `hook` in the repository at `path`; sentences on what was done.

    To be run as the repository's owner: the files will be theirs. Installing
    again changes nothing, or brings the hook up to date. With `host`, that
    name becomes the repository's `tagwarden.pusher`. CannotAdminister where it
    can't be done; the hooks are as they were then.
    """
    check_host(host)
    python = own_interpreter()
    repository = ServedRepository(path)
    folder = os.path.join(repository.common_dir, FOLDER)
    record = read_record(folder)
    place = hook_place(repository, hook, host or host_of(repository))
    _check_place(repository, hook, place)
    check_readable(repository.common_dir, place.file, made=record.folders)
    try:
        make_lock_file(os.path.join(folder, FILE))
        record = record._replace(
            files=tuple(dict.fromkeys([*record.files, place.file])),
            folders=(*record.folders, *make_folders(os.path.dirname(place.file), repository.common_dir)),
        )
        write_record(folder, record)
        said = _place_hook(place, hook, python, host or host_of(repository))
    except OSError as error:
        raise CannotAdminister(f"{error.filename or place.file} can't be written: {error.strerror}") from error
    if not is_inside(repository, place.file):
        said.append(
            f"It lies outside of {repository.common_dir}: whatever other repositories have their hooks there are "
            "guarded from now on, too, each by its own policy and settings. Uninstalling leaves it there."
        )
    wanted = {} if host is None else {SETTING: host}
    said += _change_settings(repository, folder, record, wanted)
    said += _note_what_stands(repository)
    said += advice_on_object_checks(repository)
    return [*said, f"To prove that it works: tagwarden status --server {shlex.quote(repository.path)}"]


def _note_what_stands(repository: ServedRepository) -> list[str]:
    try:
        note_what_stands(repository.common_dir)
    except (CannotJudge, OSError) as problem:
        return [f"Which tags stand already could not be noted; `tagwarden status --server` does it later. ({problem})"]
    return []


def own_interpreter() -> str:
    """The interpreter that hook files of this installation name.

    CannotAdminister where, started as a hook starts it, it finds no tagwarden.
    """
    python = os.path.abspath(sys.executable)
    try:
        ran = subprocess.run(
            [python, "-I", "-c", "import tagwarden.server_hooks.pre_receive"],
            cwd="/", capture_output=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        raise CannotAdminister(f"{python} can't be executed: {error.strerror}") from error
    if ran.returncode != 0:
        complaint = ran.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise CannotAdminister(
            f"{python} -I can't load tagwarden ({complaint}); "
            "install it where the repository's owner can read it, and run that"
        )
    return python


def check_host(host: str | None) -> None:
    """CannotAdminister if `host` is no value that `tagwarden.pusher` may have."""
    if host is not None and host not in HOSTS and not host.startswith(ENVIRONMENT):
        known = ", ".join(sorted(HOSTS))
        raise CannotAdminister(f"{host!r} is not a known host; known are {known} and {ENVIRONMENT}NAME")


def _check_place(repository: ServedRepository, hook: ServerHook, place: HookPlace) -> None:
    folder = repository.hooks_folder()
    if folder.scope not in (None, "local", "worktree") and place.file.startswith(folder.path):
        raise CannotAdminister(
            f"core.hooksPath is set to {folder.path} in the {folder.scope} configuration, so a hook there would judge "
            "the pushes to every repository. If that is what you want, put it there yourself: "
            f"`tagwarden install --server --hook {hook} --print`"
        )
    other = None if is_inside(repository, place.file) else repository_around(place.file)
    if other is not None:
        raise CannotAdminister(
            f"core.hooksPath is set to {folder.path}, in another repository ({other}): whoever uninstalls tagwarden "
            "there would open the gate of this one. Give this repository hooks of its own: "
            f"`git -C {shlex.quote(repository.path)} config --unset core.hooksPath`, and copy those that it needs"
        )
    if os.path.isdir(place.file):
        raise CannotAdminister(f"{place.file} is a folder")
    if is_ours(place.file) or not os.path.lexists(place.file):
        return
    if place.shared:
        raise CannotAdminister(f"{place.file} exists already and is not tagwarden's; move it away")
    if os.path.lexists(place.file + NEXT_SUFFIX):
        raise CannotAdminister(
            f"both {place.file} and {place.file}{NEXT_SUFFIX} are hooks that are not tagwarden's; move one of them away"
        )


def _place_hook(place: HookPlace, hook: ServerHook, python: str, host: str) -> list[str]:
    kept = place.file + NEXT_SUFFIX
    moved = os.path.lexists(place.file) and not is_ours(place.file)
    if moved:
        # As a second name first, so that there is no moment without a hook.
        try:
            os.link(place.file, kept, follow_symlinks=False)
        except OSError:  # a file system without hard links
            os.rename(place.file, kept)
    runs = os.path.isfile(kept) and os.access(kept, os.X_OK)
    content = hook_file(hook, python=python, host=host, next_hook=os.path.basename(kept) if runs else "")
    try:
        write_whole(place.file, content.encode("utf-8", "surrogateescape"), 0o755)
    except OSError:
        if moved and os.path.lexists(place.file):
            os.unlink(kept)
        elif moved:
            os.rename(kept, place.file)
        raise
    said = [f"{hook} is installed as {place.file}."]
    if runs:
        said.append(f"The hook that was there is kept as {kept}, and runs after tagwarden has accepted a push.")
    elif os.path.lexists(kept):
        said.append(f"The hook that was there is kept as {kept}. It is not executable, so nobody runs it.")
    return said


def _change_settings(
    repository: ServedRepository, folder: str, record: Installed, wanted: Mapping[str, str]
) -> list[str]:
    said = []
    changed = {setting.name: setting for setting in record.settings}
    for name, value in wanted.items():
        now = repository.git("config", "--local", "--get", name, accepted=(0, 1)) or None
        if now == value:
            continue
        changed[name] = Setting(name, value, changed[name].before if name in changed else now)
        write_record(folder, record._replace(settings=tuple(changed.values())))
        repository.git("config", "--local", name, value)
        said.append(f"{name} is set to {value}.")
    return said
