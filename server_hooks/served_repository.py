"""A repository on a server, as those who administer it see it."""

from __future__ import annotations

from contextlib import closing

from ..policy.errors import CannotJudge
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.environment import environment_without_repository
from ..repository.hook_files.hooked_repository import HookedRepository
from .machine_settings import settings_file_of


class ServedRepository(HookedRepository):
    """The repository at `path`. `git_dir` is where receive-pack runs, and its hooks.

    Its settings include those of the file that its hook names.
    """

    def __init__(self, path: str) -> None:
        """CannotInstall where there is no repository, or Git won't have it."""
        super().__init__(path)
        # A push sees none of the settings that this process was started with (`git -c`).
        self.git = Git(self.path, environment_without_repository(), settings_file=settings_file_of(self.common_dir))
        self.git_dir = self.hooks_run_in = self.place("--git-dir")

    def setting(self, name: str) -> str | None:
        own = super().setting(name)
        if own or not self.git.settings_file:
            return own
        try:
            with closing(Configuration(self.git)) as configuration:
                return configuration.get(name)
        except CannotJudge:
            return None  # hooks refuse every push then, and `status` says why
