"""What Git tells a hook on stdin: one line for each ref that is to be changed (githooks(5))."""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge
from ..policy.push import RefUpdate
from .object_ids import are_ids

# What stands for "no such ref", in either object format.
_NO_REF: dict[str, None] = {"0" * 40: None, "0" * 64: None}
_CHUNK = 1 << 16


def read_all_stdin() -> bytes:
    """All of stdin, to its end: a hook that exits without reading it may look like one that accepts.

    Raises CannotJudge where stdin can't be read.
    """
    chunks = []
    try:
        while chunk := os.read(0, _CHUNK):
            chunks.append(chunk)
    except OSError as error:
        raise CannotJudge(f"The list of pushed refs could not be read from stdin: {error.strerror}.") from error
    return b"".join(chunks)


def parse_receive_lines(data: bytes) -> list[RefUpdate]:
    """The ref updates that pre-receive and post-receive are told: `<old> <new> <ref>` a line.

    Raises CannotJudge for a line that is anything else.
    """
    updates = []
    for line in _lines(data):
        fields = line.split(" ", 2)
        if len(fields) != 3 or not fields[2]:
            raise _malformed(line, "<old id> <new id> <ref>")
        old, new, ref = fields
        updates.append(RefUpdate(_NO_REF.get(old, old), _NO_REF.get(new, new), ref))
    return _checked(updates)


def parse_pre_push_lines(data: bytes) -> list[RefUpdate]:
    """The ref updates that pre-push is told, as they will reach the remote.

    A line is `<local ref> <local id> <remote ref> <remote id>`; the local ref
    is whatever the user wrote and may hold spaces. Raises CannotJudge for a
    line that is anything else.
    """
    updates = []
    for line in _lines(data):
        fields = line.rsplit(" ", 3)
        if len(fields) != 4 or not fields[2]:
            raise _malformed(line, "<local ref> <local id> <remote ref> <remote id>")
        _, new, ref, old = fields
        updates.append(RefUpdate(_NO_REF.get(old, old), _NO_REF.get(new, new), ref))
    return _checked(updates)


def _lines(data: bytes) -> list[str]:
    return [line for line in data.decode("utf-8", "surrogateescape").split("\n") if line]


def _checked(updates: list[RefUpdate]) -> list[RefUpdate]:
    ids = [oid for update in updates for oid in (update.old, update.new) if oid is not None]
    if not are_ids(ids):
        wrong = next(oid for oid in ids if not are_ids([oid]))
        raise _malformed(wrong, "ids of 40 or 64 hex digits")
    return updates


def _malformed(line: str, expected: str) -> CannotJudge:
    shown = ascii(line[:200].encode("utf-8", "surrogateescape"))[1:]
    return CannotJudge(
        f"Git's list of pushed refs holds a line that can't be read (expected {expected}): "
        f"{shown}. A program between Git and this hook may have changed it."
    )
