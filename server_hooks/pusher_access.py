"""Checks by permissions whether everybody who may push can run the hook and use what it needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..repository.git.own_file import STATE_FOLDER
from ..repository.hook_files.our_files import interpreter_of
from .hooks_folder import closed_to_pushers, others_may_push

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .served_repository import ServedRepository

SEARCH = 0o011
READ_AND_SEARCH = 0o055
READ_AND_WRITE = 0o066
ALL = 0o077

# Files that the hooks of every user write.
STATE = ("push.lock", "push-log.jsonl", "push-log.head", "push-log.settled")


def access_problems(repository: ServedRepository, hooks: Iterable[str]) -> list[str]:
    """What prevents the hook from judging the pushes of users other than the owner, each with the command to fix it.

    `hooks` are our hook files. If only the owner may push, nothing is found.
    """
    if not others_may_push(repository.common_dir):
        return []
    return list(dict.fromkeys(_problems(repository.common_dir, list(hooks))))


def _problems(common_dir: str, hooks: list[str]) -> Iterator[str]:
    for hook in hooks:
        folder = os.path.dirname(hook)
        yield from closed_to_pushers(common_dir, _folders_above(folder), SEARCH)
        yield from closed_to_pushers(common_dir, [folder, hook], READ_AND_SEARCH)
        python = interpreter_of(hook)
        if python is not None:
            for path in dict.fromkeys((python, os.path.realpath(python))):
                yield from closed_to_pushers(common_dir, _folders_above(path), SEARCH)
                yield from closed_to_pushers(common_dir, [path], READ_AND_SEARCH)
    if hooks:
        package = os.path.dirname(os.path.abspath(__file__))
        yield from closed_to_pushers(common_dir, _folders_above(package), SEARCH)
        yield from closed_to_pushers(common_dir, [package], READ_AND_SEARCH)
    folder = os.path.join(common_dir, STATE_FOLDER)
    yield from closed_to_pushers(common_dir, [folder], ALL)
    yield from closed_to_pushers(common_dir, [os.path.join(folder, name) for name in STATE], READ_AND_WRITE)


def _folders_above(path: str) -> list[str]:
    folders = []
    while path != (path := os.path.dirname(path)):
        folders.append(path)
    folders.reverse()
    return folders
