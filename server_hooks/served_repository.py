"""A repository on a server, as its administrators see it."""

from __future__ import annotations

import os
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.environment import environment_without_repository
from ..repository.hook_files.hooked_repository import HookedRepository
from ..repository.judging.whole_reader import WholeReader
from .machine_settings import settings_file_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class ServedRepository(HookedRepository):
    """The repository at `path`; receive-pack and its hooks run in its `git_dir`.

    Its settings include those of the file that its hook names.
    """

    def __init__(self, path: str) -> None:
        """Raises CannotInstall if there is no repository, or if Git refuses to use it."""
        # Settings passed to this process (`git -c`) don't apply to pushes, so they are removed.
        super().__init__(path, Git(os.path.abspath(path), environment_without_repository()))
        self.git = self.git.with_settings_file(settings_file_of(self.common_dir))
        self.hooks_run_in = self.git_dir

    @cached_property
    def reader(self) -> WholeReader:
        """A reader that sees what the hooks see; `close` closes it."""
        environment = {**environment_without_repository(), "GIT_DIR": self.git_dir}
        return WholeReader(Git(None, environment, settings_file=self.git.settings_file))

    def close(self) -> None:
        """Close the reader, if it was opened."""
        if "reader" in self.__dict__:
            self.reader.close()

    @property
    def branch(self) -> str | None:
        """The ref that HEAD names; None if it names a commit, or can't be read."""
        try:
            return self.reader.head()
        except CannotJudge:
            return None

    @property
    def head_commit(self) -> str | None:
        """The commit that HEAD resolves to; None if it does not exist, or can't be read."""
        try:
            return self.reader.head_commit()
        except CannotJudge:
            return None

    def commits_of(self, refs: Sequence[str]) -> dict[str, str]:
        """The ids of the existing ones of `refs`; empty if they can't be read."""
        try:
            return self.reader.existing(refs)
        except CannotJudge:
            return {}

    def setting(self, name: str) -> str | None:
        own = super().setting(name)
        if own or not self.git.settings_file:
            return own
        try:
            with closing(Configuration(self.git)) as configuration:
                return configuration.get(name)
        except CannotJudge:
            return None  # hooks then refuse every push, and `status` says why
