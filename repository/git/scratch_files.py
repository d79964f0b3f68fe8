"""Nameless files, for the input and the stderr of a program."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge


def scratch_file() -> int:
    """A descriptor of an empty nameless file, in memory or in the system's folder for temporary files.

    Raises CannotJudge if it can't be created.
    """
    if hasattr(os, "memfd_create"):
        try:
            return os.memfd_create("tagwarden")
        except OSError:  # a sandbox may forbid it
            pass
    folder = os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"  # noqa: S108 - random name, O_EXCL
    path = os.path.join(folder, "tagwarden-" + os.urandom(12).hex())
    gone_when_closed = getattr(os, "O_TEMPORARY", 0)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | gone_when_closed
    try:
        descriptor = os.open(path, flags, 0o600)
        if not gone_when_closed:
            os.unlink(path)
    except OSError as error:
        raise _not_written(error) from error
    return descriptor


def filled_scratch_file(data: bytes) -> int:
    """A descriptor of a nameless file that contains `data`, positioned at its start.

    Raises CannotJudge if it can't be written.
    """
    descriptor = scratch_file()
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        os.close(descriptor)
        raise _not_written(error) from error
    return descriptor


def _not_written(error: OSError) -> CannotJudge:
    return CannotJudge(
        f"A temporary file could not be written ({error.strerror}). Free some memory, or some space in the folder "
        "that TMPDIR names."
    )
