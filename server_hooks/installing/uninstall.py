"""Undoes exactly what installing a server hook did."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
from typing import TYPE_CHECKING

from ...repository.git.own_file import STATE_FOLDER, remove_cached_files
from ...repository.hook_files.hooked_repository import changing
from ...repository.hook_files.our_files import KEPT_SUFFIX, is_our_hook
from ...repository.hook_files.placing import remove_hook
from ..hook_place import HOOKS, hook_place, host_of, is_inside
from ..install_record import RECORD_FILE, read_record
from ..lock.push_lock import LOCK_FILE
from ..log.files import has_log
from ..log.mark import MARK
from ..log.tags_in_log import BASELINE
from ..served_repository import ServedRepository

if TYPE_CHECKING:
    from ..install_record import Setting


def uninstall(path: str) -> list[str]:
    """Remove our hooks from the repository at `path`; returns sentences on what was done.

    Must run as the repository's owner. The push log stays. Raises CannotInstall
    if something can't be undone.
    """
    with contextlib.closing(ServedRepository(path)) as repository:
        return _uninstall(repository)


def _uninstall(repository: ServedRepository) -> list[str]:
    folder = os.path.join(repository.common_dir, STATE_FOLDER)
    record = read_record(folder)
    files = dict.fromkeys(record.files)
    files.update(dict.fromkeys(hook_place(repository, hook, host_of(repository)).file for hook in HOOKS))
    with changing(repository.path):
        said = [line for file in files for line in _remove_hook(repository, file, recorded=file in record.files)]
        for setting in record.settings:
            said += _restore_setting(repository, setting)
        for made in reversed(record.folders):
            _remove_if_empty(made)
        _remove_state(folder)
    return said or [f"Nothing of tagwarden is installed in {repository.path}."]


def _remove_hook(repository: ServedRepository, file: str, *, recorded: bool) -> list[str]:
    kept = file + KEPT_SUFFIX
    if not is_inside(repository, file):
        if not is_our_hook(file):
            return []
        why = (
            f"{file} is left as it is, and still judges the pushes to this repository: it lies outside of "
            f"{repository.common_dir}, and may guard other repositories, whose gate would be open without it."
        )
        back = f", and {shlex.quote(kept)} back to its name" if os.path.lexists(kept) else ""
        return [f"{why} Once none needs it: rm {shlex.quote(file)}{back}"]
    if not is_our_hook(file) and os.path.lexists(file):
        if not recorded:
            return []
        also = f", and {kept} is left as it is" if os.path.lexists(kept) else ""
        return [f"{file} is not tagwarden's any more: it is left as it is{also}."]
    return [remove_hook(file, kept)] if os.path.lexists(file) or os.path.lexists(kept) else []


def _restore_setting(repository: ServedRepository, setting: Setting) -> list[str]:
    now = repository.own_setting(setting.name)
    if now != setting.value:
        return []
    if setting.before is None:
        repository.change_setting("--unset", setting.name)
        return [f"{setting.name} is unset."]
    repository.change_setting(setting.name, setting.before)
    return [f"{setting.name} is {setting.before} again."]


def _remove_if_empty(folder: str) -> None:
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _remove_state(folder: str) -> None:
    """Remove the record, the hooks' caches, the baseline of tags, and the lock file unless a push holds it.

    The push log stays, with the mark that says how far it is settled.
    """
    remove_cached_files(folder)
    common_dir = os.path.dirname(folder)
    gone = [BASELINE] if has_log(common_dir) else [BASELINE, MARK]
    for name in gone:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(common_dir, name))
    lock = os.path.join(common_dir, LOCK_FILE)
    missing_or_held = contextlib.suppress(FileNotFoundError, BlockingIOError)
    with missing_or_held, open(os.open(lock, os.O_RDWR | os.O_NOFOLLOW)) as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(lock)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(folder, RECORD_FILE))
    _remove_if_empty(folder)
