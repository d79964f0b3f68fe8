"""What a build stores in the site's folder for the next one: the files that it wrote, and what it has read.

It is published with the site, so it names no paths of the server.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from contextlib import contextmanager

from ..policy.errors import CannotJudge
from ..policy.record import Record
from .summary import as_json, from_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .summary import Summary

STATE_FILE = ".tagwarden-dashboard.json.gz"
FORMAT = 1


class StoredRepository(Record):
    """A repository as it was last read; `files` are its pages."""

    fingerprint: str | None
    files: Sequence[str]
    summary: Summary


class State(Record):
    """`made_by` identifies the program and the options; if they differ, all is rebuilt. `files` are all of the site."""

    made_by: str
    repositories: Mapping[str, StoredRepository]
    files: frozenset[str]


EMPTY = State("", {}, frozenset())


class ForeignFolder(Exception):
    """The folder contains files, but no site of ours."""


def refuse_others(folder: str) -> None:
    """Raise ForeignFolder if the folder contains files, but no site of ours."""
    is_ours = os.path.exists(os.path.join(folder, STATE_FILE))
    if not is_ours and os.path.isdir(folder) and any(name != ".git" for name in os.listdir(folder)):
        raise ForeignFolder(folder)


def read_state(folder: str) -> State:
    """The state in `folder`, empty if there is none that this version can read."""
    try:
        with open(os.path.join(folder, STATE_FILE), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return EMPTY
    try:
        found = json.loads(gzip.decompress(data))
        if found["format"] != FORMAT:
            return EMPTY._replace(files=frozenset(map(str, found["files"])))
        repositories = {
            name: StoredRepository(kept["fingerprint"], kept["files"], from_json(kept["summary"]))
            for name, kept in found["repositories"].items()
        }
        return State(found["made_by"], repositories, frozenset(map(str, found["files"])))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError, EOFError, zlib.error):
        return EMPTY  # made by another version, or damaged: everything is rebuilt


def state_bytes(state: State) -> bytes:
    """The state as the content of its file."""
    repositories = {
        name: {**kept._asdict(), "summary": as_json(kept.summary)} for name, kept in state.repositories.items()
    }
    document = {
        "format": FORMAT, "made_by": state.made_by, "files": sorted(state.files), "repositories": repositories
    }  # fmt: skip
    return gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0)


@contextmanager
def locked(folder: str) -> Iterator[None]:
    """Hold the folder's lock; waits until another build of this folder has ended."""
    try:
        import fcntl
    except ImportError:  # on Windows, where users must avoid two builds at the same time
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise CannotJudge(f"the folder {folder!r} can't be opened: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
