"""Recognizes a bare repository as `git init --bare` makes it, where Git need not be asked what it is.

What is read here is what Git goes by itself (gitrepository-layout(5), git-config(1), and
`is_git_directory` and `check_repo_format` in Git's setup.c), in its plainest form only.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 1 << 16
# No quotes, escapes or comments, and a section and its entries on lines of their own: what Git writes.
_SECTION = re.compile(r'\[([A-Za-z][A-Za-z0-9-]*)( "[^"\\]*")?\]')
_ENTRY = re.compile(r'[\t ]*([A-Za-z][A-Za-z0-9-]*) = ([^"\\#;\s]|[^"\\#;\s][^"\\#;]*[^"\\#;\s])')
# Git finds another folder, or reads further files, where one of these is there.
_ELSEWHERE = (".git", "commondir")


def is_plain_bare(folder: str) -> bool:
    """Whether `folder` is a bare repository of ids of SHA-1, without extensions, that belongs to this user.

    Git then takes this very folder for the repository, trusts it, and says that
    it is bare, unless the environment or safe.bareRepository is against it. False where that is not certain.
    """
    try:
        if os.stat(folder).st_uid != os.geteuid():
            return False
        if any(os.path.lexists(os.path.join(folder, name)) for name in _ELSEWHERE):
            return False
        if not all(os.access(os.path.join(folder, name, ""), os.X_OK) for name in ("objects", "refs")):
            return False
        head = os.path.join(folder, "HEAD")
        if os.path.islink(head) or not _text(head).startswith("ref: refs/heads/"):
            return False
        return _says_bare(_text(os.path.join(folder, "config")))
    except (AttributeError, OSError, ValueError):  # Windows has no user ids
        return False


def _text(path: str) -> str:
    """The whole of a small text file. Raises OSError, and ValueError for one that is large or no text."""
    with open(path, "rb", buffering=0) as file:
        content = file.read(_MOST_BYTES) or b""
    if len(content) == _MOST_BYTES:
        raise ValueError(path)
    return content.decode()


def _says_bare(configuration: str) -> bool:
    """Whether the text of a configuration file says so, and nothing that changes what else it says."""
    try:
        entries = list(_entries(configuration))
    except ValueError:
        return False
    core = [(name, value) for section, name, value in entries if section == "core"]
    decisive = {"repositoryformatversion": "0", "bare": "true"}
    found = [entry for entry in core if entry[0] in (*decisive, "worktree")]
    return sorted(found) == sorted(decisive.items()) and all(section != "extensions" for section, _, _ in entries)


def _entries(configuration: str) -> Iterator[tuple[str, str, str]]:
    """Section, name and value of each entry, names in lower case. Raises ValueError for a line that is not plain."""
    section = ""
    for line in configuration.split("\n"):
        if header := _SECTION.fullmatch(line):
            section = header[1].lower() + (header[2] or "")
        elif entry := _ENTRY.fullmatch(line):
            yield section, entry[1].lower(), entry[2]
        elif line:
            raise ValueError(line)
