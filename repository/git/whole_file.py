"""Writes files that others may read at any moment, and reads the beginning of files."""

from __future__ import annotations

import os


def replace_file(path: str, content: bytes, mode: int, *, durable: bool = True) -> None:
    """Atomically replace the file at `path` by one with `content`: readers see either the old file or the new one.

    Unless `durable`, a crash of the machine may leave it damaged. Raises OSError if it fails; then nothing has changed.
    """
    beside = f"{path}.{os.getpid()}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    fd = os.open(beside, flags, 0o600)
    try:
        with open(fd, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(fd)
        os.chmod(beside, mode)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def sync_folder(path: str) -> None:
    """Make what was created or renamed in a folder survive a power failure. Raises OSError if that fails."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read_start(file: str) -> bytes:
    """The first 64 KiB of a file; b"" if it can't be read."""
    try:
        with open(file, "rb") as opened:
            return opened.read(1 << 16)
    except OSError:
        return b""
