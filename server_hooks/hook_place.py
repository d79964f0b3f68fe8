"""Where a hosting system looks for server hooks.

Plain Git has one file for each hook. Gitea and Forgejo own that file and run
everything executable in `<hook>.d` beside it. GitLab's Gitaly runs what is in
`custom_hooks/<hook>.d` of the repository (documentation: "Git hooks" of Gitea,
"Git server hooks" of GitLab).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..policy.record import Record
from ..repository.git.whole_file import read_start
from ..repository.hook_files.our_files import KEPT_SUFFIX, is_our_hook
from .pusher import PUSHER_SETTING

if TYPE_CHECKING:
    from .hook_file import ServerHook
    from .served_repository import ServedRepository

HOOKS: tuple[ServerHook, ...] = ("pre-receive", "update")
NAME_IN_FOLDER = "tagwarden"
RUN_BY_GITEA = ("gitea", "forgejo")


class HookPlace(Record):
    """The file that is, or would be, our hook; `shared` if the host's own hook runs it among others."""

    file: str
    shared: bool

    @property
    def keep_as(self) -> str:
        """The path to which a hook that stood in our hook's place is moved."""
        return self.file + KEPT_SUFFIX


def hook_place(repository: ServedRepository, hook: ServerHook, host: str) -> HookPlace:
    """Where `hook` belongs on the hosting system `host` ("" if unknown)."""
    if host == "gitlab":
        return HookPlace(os.path.join(repository.common_dir, "custom_hooks", f"{hook}.d", NAME_IN_FOLDER), True)
    file = os.path.join(repository.hooks_folder().path, hook)
    if host in RUN_BY_GITEA or delegates(file):
        return HookPlace(os.path.join(f"{file}.d", NAME_IN_FOLDER), True)
    return HookPlace(file, False)


def host_of(repository: ServedRepository) -> str:
    """The hosting system that the repository's configuration names, "" if none."""
    return repository.setting(PUSHER_SETTING) or ""


def delegates(file: str) -> bool:
    """Whether the hook at `file` is a script, such as Gitea's, that runs the files in `<hook>.d`."""
    return os.path.isdir(f"{file}.d") and b".d/" in read_start(file) and not is_our_hook(file)


def is_inside(repository: ServedRepository, file: str) -> bool:
    """Whether `file`, with links resolved, is in the repository's own folder, where no other one looks for hooks."""
    own = os.path.realpath(repository.common_dir)
    return os.path.commonpath([own, os.path.realpath(os.path.dirname(file))]) == own


def repository_around(file: str) -> str | None:
    """The bare repository or .git folder that contains `file`, None if none does (gitrepository-layout(5))."""
    folder = os.path.realpath(os.path.dirname(file))
    while folder != os.path.dirname(folder):
        if all(os.path.exists(os.path.join(folder, name)) for name in ("HEAD", "objects", "refs")):
            return folder
        folder = os.path.dirname(folder)
    return None
