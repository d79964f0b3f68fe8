"""A repository on a server, as its administrators see it."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..repository.git.command import Git
from ..repository.git.configuration import WRITTEN_BY_INIT, Configuration, Listed
from ..repository.git.environment import environment_without_repository
from ..repository.hook_files.hooked_repository import HookedRepository
from ..repository.judging.whole_reader import WholeReader
from .machine_settings import settings_file_of

if TYPE_CHECKING:
    from collections.abc import Sequence


OURS = "tagwarden."


class ServedRepository(HookedRepository):
    """The repository at `path`; receive-pack and its hooks run in its `git_dir`.

    Its settings include those of the file that its hook names.
    """

    def __init__(self, path: str) -> None:
        """Raises CannotJudge if there is no repository, or if Git refuses to read it."""
        # Settings passed to this process (`git -c`) don't apply to pushes, so they are removed.
        super().__init__(path, Git(os.path.abspath(path), environment_without_repository()))
        self.git = self.git.with_settings_file(settings_file_of(self.common_dir))
        self.hooks_run_in = self.git_dir
        self._configuration: Configuration | None = None

    @cached_property
    def reader(self) -> WholeReader:
        """A reader that sees what the hooks see; `close` closes it."""
        environment = {**self.git.user_environment, "GIT_DIR": self.git_dir}
        return WholeReader(Git(None, environment, settings_file=self.git.settings_file))

    def close(self) -> None:
        """Close the reader and the configuration, if they were opened."""
        self._forget_configuration()
        if "reader" in self.__dict__:
            self.reader.close()

    def use_settings_file(self, path: str) -> None:
        """Take settings for all repositories from the file `path` from now on, "" for none."""
        self.git = self.git.with_settings_file(path)
        self._forget_configuration()

    def change_setting(self, *arguments: str) -> None:
        super().change_setting(*arguments)
        self._forget_configuration()

    @property
    def configuration(self) -> Configuration:
        """Our settings as its hooks find them; not to be closed."""
        if self._configuration is None:
            listing = self.listing()
            entries = [
                (one.name, "true" if one.value is None else one.value)
                for one in listing.settings
                if one.name.startswith(OURS) or one.name == WRITTEN_BY_INIT
            ]
            self._configuration = Configuration(self.git, listed=Listed(entries, listing.rest, listing.stderr))
        return self._configuration

    def _forget_configuration(self) -> None:
        if self._configuration is not None:
            self._configuration.close()
            self._configuration = None

    @cached_property
    def branch(self) -> str | None:
        """The ref that HEAD names; None if it names a commit, or can't be read."""
        try:
            return self.reader.head()
        except CannotJudge:
            return None

    @cached_property
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
            return self.configuration.get(name)
        except CannotJudge:
            return None  # hooks then refuse every push, and `status` says why
