"""Checks whether the refs of a push are in place, cheaply enough to do it again and again.

A loose ref is one small file (gitrepository-layout(5)), which nearly always
answers the question. If it does not (a reftable, a deletion, refs that were
packed in the meantime), Git is asked, less often the longer it takes.
"""

from __future__ import annotations

import os
import time

from ...policy.errors import CannotJudge
from ...repository.git.command import Git, namespace_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.push import RefUpdate

FIRST_PAUSE = 0.01
LONGEST_PAUSE = 2.0

# Git compares every ref with every pattern; with more refs than this, list them all.
ASKED_AT_ONCE = 100


class RefsInPlace:
    """The `updates` of one push; those once seen in place are not checked again.

    A created ref is in place once it exists, a moved one once it no longer has
    its old id, a deleted one once it is gone. Later changes by other pushes do
    not count.
    """

    def __init__(self, common_dir: str, updates: Sequence[RefUpdate]) -> None:
        self._git = Git.of_folder(common_dir)
        self._common_dir = common_dir
        self._namespace = namespace_prefix(os.environ.get("GIT_NAMESPACE", ""))
        self._waited_for = [update for update in updates if update.old != update.new]
        self._waited_for.reverse()
        self._any = bool(updates)
        self._pause = FIRST_PAUSE
        self._ask_at = time.monotonic() + FIRST_PAUSE

    def are_in_place(self) -> bool:
        """Whether all updates are known to be in place; False if there were none."""
        while self._waited_for and self._seen(self._waited_for[-1]):
            self._waited_for.pop()
        if self._waited_for and time.monotonic() >= self._ask_at:
            self._ask_git()
        return self._any and not self._waited_for

    def _seen(self, update: RefUpdate) -> bool:
        """Whether the loose file of the ref shows that the update is in place."""
        if update.new is None:
            return False
        value = _content(f"{self._common_dir}/{self._namespace}{update.ref}").rstrip(b"\n").decode("ascii", "replace")
        return len(value) == len(update.new) and value != update.old

    def _ask_git(self) -> None:
        refs = [self._namespace + update.ref for update in self._waited_for]
        patterns = refs if len(refs) <= ASKED_AT_ONCE else [f"{self._namespace}refs/"]
        began = time.monotonic()
        try:
            output = self._git.run("for-each-ref", "--format=%(objectname) %(refname)", "--", *patterns)[1]
        except CannotJudge:
            output = None
        if output is not None:
            current: dict[str, str] = {}
            for line in output.decode("utf-8", "surrogateescape").split("\n"):
                oid, _, ref = line.partition(" ")
                current[ref] = oid
            self._waited_for = [
                update
                for update in self._waited_for
                if not _in_place(update, current.get(self._namespace + update.ref))
            ]
        # Listing a million refs takes a second: spend at most a fifth of the time on it.
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._ask_at = time.monotonic() + max(self._pause, 4 * (time.monotonic() - began))


def _in_place(update: RefUpdate, value: str | None) -> bool:
    if update.new is None:
        return value is None
    return value is not None and value != update.old


def _content(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(fd, 100)
    finally:
        os.close(fd)
