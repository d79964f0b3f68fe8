"""Recognizes a bare repository as `git init --bare` makes it, without a process of Git.

It checks the same files as Git (gitrepository-layout(5), git-config(1), and `is_git_directory` and
`check_repo_format` in Git's setup.c), but accepts only their simplest form.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 1 << 16
# As Git writes it: no quotes, escapes or comments, and each section and entry on a line of its own.
_SECTION = re.compile(r'\[([A-Za-z][A-Za-z0-9-]*)( "[^"\\]*")?\]')
_ENTRY = re.compile(r'[\t ]*([A-Za-z][A-Za-z0-9-]*) = ([^"\\#;\s]|[^"\\#;\s][^"\\#;]*[^"\\#;\s])')
# If one of these exists, Git uses another folder, or reads more files.
_ELSEWHERE = (".git", "commondir")


def is_plain_bare(folder: str) -> bool:
    """Whether `folder` is certainly a bare repository with SHA-1 ids, without extensions, that belongs to this user.

    Git then uses exactly this folder, trusts it, and treats it as bare, unless the environment or safe.bareRepository
    says otherwise. False if in doubt.
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
    """The content of a small text file. Raises OSError, and ValueError if it is large or not UTF-8."""
    with open(path, "rb", buffering=0) as file:
        content = file.read(_MOST_BYTES) or b""
    if len(content) == _MOST_BYTES:
        raise ValueError(path)
    return content.decode()


def _says_bare(configuration: str) -> bool:
    """Whether the text of a configuration file says that the repository is bare, and sets no work tree or extension."""
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
