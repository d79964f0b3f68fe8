"""Reads files of one commit on demand. A file that can't be read gives a note, never an error."""

from __future__ import annotations

import posixpath
import time
from typing import TYPE_CHECKING, Any

from ..policy.errors import CannotJudge
from ..policy.objects.lfs_pointer import MOST_BYTES as MOST_POINTER
from ..policy.objects.lfs_pointer import read_pointer
from ..policy.objects.piece import Piece
from ..repository.git.trees.paths import is_path
from .documents import MOST_BYTES, SECONDS, TookTooLong, is_readable

if TYPE_CHECKING:
    from typing import Protocol

    from ..repository.git.objects import TreeEntry
    from .documents import Documents

    class Entries(Protocol):
        """What is needed of a `Reader` here."""

        def entry(self, treeish: str, path: str, *, limit: int) -> TreeEntry | None:
            """As `Reader.entry`."""


MOST_FILES = 1000
# Without this limit, a pusher could make it take hours to show a version.
SECONDS_OF_A_COMMIT = 20.0
MOST_NOTES = 20


class CommitFiles:
    """The files of a commit.

    `notes` says what was not read, and why; `reproducible` is False if reading it
    another time or in another clone may give more.
    """

    def __init__(self, reader: Entries, commit: str, documents: Documents) -> None:
        self._noted: dict[str, None] = {}
        self._reader = reader
        self._commit = commit
        self._documents = documents
        self._entries: dict[str, TreeEntry | None] = {}
        self._left = SECONDS_OF_A_COMMIT
        self.reproducible = True

    def entry(self, path: str) -> TreeEntry | None:
        """The entry at a path, relative to the root; None if there is none, or if that can't be determined."""
        if path not in self._entries:
            self._entries[path] = self._look_up(path)
        return self._entries[path]

    def _look_up(self, path: str) -> TreeEntry | None:
        if not is_path(path) or posixpath.isabs(path):
            self.note(f"{path!r} is not a path within the repository")
            return None
        if len(self._entries) >= MOST_FILES:
            self.note(f"the files name more than {MOST_FILES} others; not all of them were looked up")
            return None
        try:
            # First without the content, because a model may be huge.
            found = self._reader.entry(self._commit, path, limit=0)
            if found is not None and found.kind == "file" and _is_wanted(path, found.size):
                found = self._reader.entry(self._commit, path, limit=MOST_BYTES)
        except CannotJudge as problem:
            self.note(f"{path!r} can't be looked up here: {problem}")
            self.reproducible = False
            return None
        return found

    def document(self, path: str) -> Any:
        """The document in the file at `path`; None if there is no such file, or if it can't be read."""
        found = self.entry(path)
        if found is None or found.kind != "file":
            return None
        if (pointer := read_pointer(found.data)) is not None:
            self.note(f"{path!r} is in Git LFS (sha256:{pointer.sha256}), and not in Git")
            return None
        if found.size > MOST_BYTES:
            self.note(f"{path!r} was not read: it is larger than {MOST_BYTES // 1024} KiB")
            return None
        began = time.monotonic()
        try:
            return self._documents.load(path, found.data, seconds=min(self._left, SECONDS))
        except ValueError as problem:
            self.note(f"{path!r} was not read: {problem}")
            self.reproducible = self.reproducible and not isinstance(problem, TookTooLong)
            return None
        finally:
            self._left -= time.monotonic() - began

    def table(self, path: str) -> dict[Any, Any]:
        """The table in the file at `path`; an empty one if there is none."""
        found = self.document(path)
        if found is None or isinstance(found, dict):
            return found or {}
        self.note(f"{path!r} was not read: it contains no table")
        return {}

    def piece(self, path: str) -> Piece | None:
        """The file or folder at `path`, if it is in Git or in Git LFS; None if the commit does not have it."""
        found = self.entry(path)
        if found is None:
            return None
        if found.kind == "file" and (pointer := read_pointer(found.data)) is not None:
            return Piece(path, (f"sha256:{pointer.sha256}",), pointer.size, "Git LFS")
        return Piece(path, (f"git:{found.oid}",), found.size if found.kind == "file" else None, "Git")

    def note(self, text: str) -> None:
        """Add a note, unless it has been added before."""
        self._noted[text] = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not read, and why, limited to the first MOST_NOTES."""
        listed = list(self._noted)
        more = len(listed) - MOST_NOTES
        return (*listed[:MOST_NOTES], *([f"{more} more notes are left out"] if more > 0 else []))


def _is_wanted(path: str, size: int) -> bool:
    """Whether the content is needed: it may be a Git LFS pointer, or a document of allowed size."""
    return size < MOST_POINTER or (is_readable(path) and size <= MOST_BYTES)
