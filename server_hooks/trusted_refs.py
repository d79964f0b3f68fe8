"""Remembers the ids of the refs with policies from before the push, for the `update` hook.

Git calls the hook for each ref in turn, and up to Git 2.54 moves each ref before
it goes on to the next. So when a tag's turn comes, a branch of the same push may
have arrived, which must not decide about that tag. The first call of a push
therefore records the ids of these refs beside the push lock, which the whole push
holds. The client's claims about them are not trusted.
"""

from __future__ import annotations

import os

from ..repository.trusted.policy_changes import watched_policies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..repository.git.configuration import Configuration
    from ..repository.git.reader import Reader
    from .lock.push_lock import PushLock

MARK = b"trusted:"
NOTHING = b"-"


def before_the_push(lock: PushLock, reader: Reader, configuration: Configuration) -> Mapping[str, str | None]:
    """The full names of the refs with policies, each with its id when the push began, None if it did not exist.

    Raises CannotJudge if the repository can't be read, or if the ids can't be
    recorded.
    """
    known = _read(lock.accepted_before())
    if known:
        return known
    refs = {watched.ref for watched in watched_policies(reader, configuration)}
    if (head := reader.head()) is not None:
        refs.add(head)
    named = reader.existing(sorted(refs))
    found = {ref: named.get(ref) for ref in sorted(refs)}
    lock.remember(b"".join(_line(ref, oid) for ref, oid in found.items()))
    return found


def _line(ref: str, oid: str | None) -> bytes:
    return b" ".join((oid.encode("ascii") if oid else NOTHING, NOTHING, MARK + os.fsencode(ref))) + b"\n"


def _read(lines: bytes) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for line in lines.split(b"\n"):
        oid, _, rest = line.partition(b" ")
        name = rest.partition(b" ")[2]
        if name.startswith(MARK):
            found[os.fsdecode(name[len(MARK) :])] = None if oid == NOTHING else oid.decode("ascii")
    return found
