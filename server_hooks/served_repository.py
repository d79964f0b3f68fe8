"""A repository on a server, as those who administer it see it."""

from __future__ import annotations

from ..repository.git.command import Git
from ..repository.git.environment import environment_without_repository
from ..repository.hook_files.hooked_repository import HookedRepository


class ServedRepository(HookedRepository):
    """The repository at `path`. `git_dir` is where receive-pack runs, and its hooks."""

    def __init__(self, path: str) -> None:
        """CannotInstall where there is no repository, or Git won't have it."""
        super().__init__(path)
        # A push sees none of the settings that this process was started with (`git -c`).
        self.git = Git(self.path, environment_without_repository())
        self.git_dir = self.hooks_run_in = self.place("--git-dir")
