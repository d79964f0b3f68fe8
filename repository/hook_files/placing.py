"""Puts our hook file in the place of a foreign hook, which is kept, and restores that again."""

from __future__ import annotations

import filecmp
import os
import shlex
from typing import TYPE_CHECKING

from ...policy.record import Record
from ..git.whole_file import read_start, replace_file
from .errors import CannotInstall
from .our_files import is_our_hook

if TYPE_CHECKING:
    from collections.abc import Callable


class Placed(Record):
    """What `place_hook` did: `what` is "installed", "updated" or "unchanged"; `kept` is the kept foreign hook."""

    what: str
    kept: KeptHook | None


class KeptHook(Record):
    """A foreign hook that ours has replaced: the file where it is kept, and whether it is executable."""

    file: str
    runs: bool


def check_place(file: str, keep_as: str) -> None:
    """Raise CannotInstall if our hook can't be placed at `file` and run there, with the old one kept as `keep_as`."""
    if os.path.isdir(file):
        raise CannotInstall(f"{file} is a folder")
    if (about := _about_noexec(file)) is not None:
        raise CannotInstall(about)
    if os.path.lexists(file) and not is_our_hook(file) and os.path.lexists(keep_as) and not _are_alike(file, keep_as):
        raise CannotInstall(f"both {file} and {keep_as} are hooks that are not tagwarden's; move one of them away")


def _are_alike(one: str, other: str) -> bool:
    """Whether two hooks have the same content, as after `git lfs update --force`."""
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def place_hook(file: str, keep_as: str, text: Callable[[KeptHook | None], str]) -> Placed:
    """Put our hook at `file`, and keep the foreign hook there, if any, as `keep_as`.

    `text` returns our hook's text, given the kept hook. Raises OSError if that fails; then nothing has changed.
    """
    moved = os.path.lexists(file) and not is_our_hook(file) and not os.path.lexists(keep_as)
    if moved:
        # First as a second name of the file, so that there is always a hook.
        try:
            os.link(file, keep_as, follow_symlinks=False)
        except (OSError, NotImplementedError):  # a file system without hard links
            os.rename(file, keep_as)
    kept = None
    if os.path.lexists(keep_as):
        kept = KeptHook(keep_as, os.path.isfile(keep_as) and os.access(keep_as, os.X_OK))
    try:
        what = write_hook(file, text(kept))
    except BaseException:
        if moved and os.path.lexists(file):
            os.unlink(keep_as)  # not a rename, which does nothing if both are names of the same file (rename(2))
        elif moved:
            os.rename(keep_as, file)
        raise
    return Placed(what, kept)


def write_hook(file: str, text: str) -> str:
    """Atomically write our hook file; returns "installed", "updated" or "unchanged". Raises OSError if that fails."""
    content = text.encode("utf-8", "surrogateescape")
    before = read_start(file) if is_our_hook(file) else None
    # Git ignores a hook that is not executable, so making it executable again is a change.
    ran = os.access(file, os.X_OK)
    replace_file(file, content, 0o755)
    if before is None:
        return "installed"
    return "unchanged" if before == content and ran else "updated"


def about_placed(hook: str, file: str, what: str) -> str:
    """A sentence on what was done to `hook` at `file`; `what` is that of `Placed`."""
    return f"{hook} is unchanged: {file}." if what == "unchanged" else f"{hook} is {what} as {file}."


def about_kept(kept: KeptHook | None) -> list[str]:
    """A sentence on the foreign hook that is kept, if there is one."""
    if kept is None:
        return []
    where = f"The hook that was there is kept as {kept.file}"
    if kept.runs:
        return [f"{where}, and runs after tagwarden has accepted a push."]
    return [f"{where}. It is not executable, so Git does not run it."]


def remove_hook(file: str, kept_as: str) -> str:
    """Remove our hook at `file`, or replace it by the kept hook; returns a sentence. Raises OSError if that fails."""
    if os.path.lexists(kept_as):
        os.replace(kept_as, file)
        return f"{file} is the previous hook again."
    os.unlink(file)
    return f"{file} is removed."


def why_passed_over(file: str) -> str | None:
    """Why Git silently ignores the hook at `file`, None if it does not."""
    if os.path.islink(file) and not os.path.exists(file):
        return f"{file} is a link to {os.readlink(file)}, which does not exist"
    if os.path.exists(file) and (about := _about_noexec(file)) is not None:
        return about
    if os.path.exists(file) and not os.access(file, os.X_OK):
        return f"{file} is not executable, so Git ignores it: chmod +x {shlex.quote(file)}"
    return None


def _about_noexec(file: str) -> str | None:
    """A sentence if the file system of `file`, which need not exist, is mounted noexec (mount(8)), else None."""
    folder = os.path.dirname(file)
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    # Not every system says.
    noexec = getattr(os, "ST_NOEXEC", 0)
    if not noexec or not os.statvfs(folder).f_flag & noexec:
        return None
    return (
        f"the file system of {folder} is mounted noexec, so Git runs no hooks there. Use a folder on another one, then "
        "install again: git config core.hooksPath FOLDER"
    )
