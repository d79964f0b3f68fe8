"""Writes the site's files: atomically, and only those that differ."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDERS = ("m", "r", "data")
ENDINGS = (".html", ".js", ".contents.gz")


class Writer:
    """Writes into one folder. `files` are all that were passed to it, `written` counts those that differed."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.files: list[str] = []
        self.written = 0

    def prepare(self) -> None:
        """Make the folders. Raises OSError if that fails."""
        for name in FOLDERS:
            os.makedirs(os.path.join(self._folder, name), exist_ok=True)

    def write(self, name: str, content: str | bytes) -> None:
        """Write the file if its content differs. Raises OSError if that fails."""
        self.files.append(name)
        path = os.path.join(self._folder, name)
        data = content.encode("utf-8") if isinstance(content, str) else content
        if _holds(path, data):
            return
        temporary = f"{path}.new"
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
        self.written += 1

    def read(self, name: str) -> bytes:
        """The content of a file of an earlier build; empty if there is none that can be read."""
        try:
            with open(os.path.join(self._folder, name), "rb") as file:
                return file.read()
        except OSError:
            return b""

    def remove(self, names: Iterable[str]) -> int:
        """Remove pages of models and repositories that no longer exist; returns how many."""
        removed = 0
        for name in names:
            # The stored names are trusted only if they fit the site's own layout.
            folder, _, file = name.partition("/")
            if folder in FOLDERS and file == os.path.basename(file) and file.endswith(ENDINGS):
                try:
                    os.unlink(os.path.join(self._folder, name))
                    removed += 1
                except FileNotFoundError:
                    pass
        return removed


def _holds(path: str, data: bytes) -> bool:
    try:
        if os.stat(path).st_size != len(data):
            return False
        with open(path, "rb") as file:
            return file.read() == data
    except FileNotFoundError:
        return False
