"""Detects from its files, without Git, whether a repository has changed since its pages were made.

A build for one push must not start Git for a thousand repositories. Git replaces
a file of refs by renaming another over it, and so do we with our own files, so a
changed file has another inode and another time.
"""

from __future__ import annotations

import hashlib
import os
import re

from ..policy.errors import CannotJudge
from ..repository.git.command import common_folder
from ..repository.git.own_file import STATE_FOLDER
from ..repository.open_repository import is_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# What the pages depend on, in a repository's own and common folder; refs/ and reftable/ are searched.
FILES = ("HEAD", "config", "config.worktree", "packed-refs", "reftable/tables.list", "info/attributes", "shallow")
# tagwarden's own files that the pages depend on, by the beginning of their names.
OURS = ("push-log", "tags-before-log")
HOOK_FOLDERS = ("hooks", "custom_hooks")
NAMED_FILE = re.compile(r"""\bfile:([^\s"'\0]+)""")
IN_WORK_TREE = ("tagwarden.toml", ".gto")


def fingerprint_of(place: str, also: tuple[str, ...] = ()) -> str | None:
    """A text that changes if the repository at `place`, or one of the files `also`, changes.

    None if that can't be detected, as for a URL.
    """
    if is_url(place) or not os.path.isdir(place):
        return None
    # `common_folder` returns a path that already contains a relative `place`, so joining the two would be wrong.
    place = os.path.abspath(place)
    try:
        own = _own_folder(place)
        if own is None:
            return None
        common = os.path.join(own, common_folder(own))
        told = hashlib.sha256()
        for line in _lines(place, own, common, also):
            told.update(line.encode("utf-8", "surrogateescape") + b"\0")
        return told.hexdigest()
    except (OSError, CannotJudge):
        return None


def _own_folder(place: str) -> str | None:
    """The repository's own folder (gitrepository-layout(5)), None if `place` is not the top of a repository."""
    inside = os.path.join(place, ".git")
    if os.path.isdir(inside):
        return inside
    if os.path.isfile(inside):
        with open(inside, encoding="utf-8", errors="surrogateescape") as file:
            words, _, path = file.read().partition(": ")
        return os.path.join(place, path.removesuffix("\n")) if words == "gitdir" else None
    is_bare = all(os.path.exists(os.path.join(place, name)) for name in ("HEAD", "objects", "refs"))
    return place if is_bare else None


def _lines(place: str, own: str, common: str, also: tuple[str, ...]) -> Iterator[str]:
    for folder in dict.fromkeys((own, common)):
        for name in FILES:
            yield _stat_line(os.path.join(folder, name))
    for file in (os.path.join(common, "config"), *also):
        for named in _named_in(file):
            yield _stat_line(os.path.join(common, named))
    for name in IN_WORK_TREE:
        yield _stat_line(os.path.join(place, name))
    for file in also:
        yield _stat_line(file)
    for line in _below(os.path.join(common, STATE_FOLDER)):
        if os.path.basename(line.rpartition("\t")[0]).startswith(OURS):
            yield line
    yield from _below(os.path.join(common, "refs"))
    for name in HOOK_FOLDERS:
        yield from _below(os.path.join(common, name))


def _named_in(settings: str) -> list[str]:
    """The policy files that Git's settings name (`file:/path`)."""
    try:
        with open(settings, encoding="utf-8", errors="surrogateescape") as file:
            return NAMED_FILE.findall(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _below(folder: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path)
        else:
            yield _stat_line(entry.path)


def _stat_line(path: str) -> str:
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return f"{path}\t-"
    return f"{path}\t{found.st_mtime_ns} {found.st_size} {found.st_ino} {found.st_mode}"
