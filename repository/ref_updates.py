"""What Git tells a hook on stdin: one line for each ref that is to be changed (githooks(5))."""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge
from ..policy.push import RefUpdate

_HEX = b"0123456789abcdef"
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
    for line in data.split(b"\n"):
        if not line:
            continue
        fields = line.split(b" ", 2)
        if len(fields) != 3 or not fields[2]:
            raise _malformed(line, "<old id> <new id> <ref>")
        updates.append(RefUpdate(old=_id(fields[0], line), new=_id(fields[1], line), ref=_text(fields[2])))
    return updates


def parse_pre_push_lines(data: bytes) -> list[RefUpdate]:
    """The ref updates that pre-push is told, as they will reach the remote.

    A line is `<local ref> <local id> <remote ref> <remote id>`; the local ref
    is whatever the user wrote and may hold spaces. Raises CannotJudge for a
    line that is anything else.
    """
    updates = []
    for line in data.split(b"\n"):
        if not line:
            continue
        fields = line.rsplit(b" ", 3)
        if len(fields) != 4 or not fields[2]:
            raise _malformed(line, "<local ref> <local id> <remote ref> <remote id>")
        updates.append(RefUpdate(old=_id(fields[3], line), new=_id(fields[1], line), ref=_text(fields[2])))
    return updates


def _id(field: bytes, line: bytes) -> str | None:
    """The id in hex, None for the all-zero id that stands for "no such ref"."""
    if len(field) not in (40, 64) or field.strip(_HEX):
        raise _malformed(line, "ids of 40 or 64 hex digits")
    return _text(field) if field.strip(b"0") else None


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogateescape")


def _malformed(line: bytes, expected: str) -> CannotJudge:
    return CannotJudge(
        f"Git's list of pushed refs holds a line that can't be read (expected {expected}): "
        f"{ascii(line[:200])[1:]}. A program between Git and this hook may have changed it."
    )
