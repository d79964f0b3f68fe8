"""A repository as those see it who install, take back and prove its hooks."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.record import Record
from ..git.bare.plain import is_plain_bare
from ..git.command import Git, common_folder
from ..git.configuration import WRITTEN_BY_INIT
from .errors import CannotInstall

if TYPE_CHECKING:
    from collections.abc import Iterator


class HooksFolder(Record):
    """Where Git looks for hooks.

    `scope` is which configuration sets core.hooksPath, as git-config(1) names
    it, None where none does; `relative` if that value is a relative path.
    """

    path: str
    scope: str | None
    relative: bool


class Setting(Record):
    """One value in Git's configuration. `name` is as Git lists it, `value` None for a name without one."""

    scope: str
    origin: str
    name: str
    value: str | None


class HookedRepository:
    """The repository in or above `path`, whatever repository the environment names.

    `git_dir` is its own folder, `common_dir` what all its work trees share, `hooks_run_in` the
    folder in which Git runs the hooks in question. What is asked here of many
    repositories is asked of Git once.
    """

    hooks_run_in: str

    def __init__(self, path: str, git: Git | None = None) -> None:
        """CannotInstall where there is no repository, or Git won't have it."""
        self.path = os.path.abspath(path)
        self.git = git or Git.at(self.path)
        self._settings: list[Setting] | None = None
        try:
            self.object_format, git_dir = self._format_and_folder()
            self.git_dir = os.path.realpath(os.path.join(self.path, git_dir))
            self.common_dir = os.path.realpath(common_folder(self.git_dir))
        except CannotJudge as error:
            ignored = " GIT_DIR, which is set, does not count here." if "GIT_DIR" in os.environ else ""
            raise CannotInstall(f"{error}{ignored}") from error

    def _format_and_folder(self) -> tuple[str, str]:
        """What makes its ids, and its own folder. Raises CannotJudge where Git won't have it."""
        # Git lists no setting of a repository that it does not trust, or must not take for one.
        if is_plain_bare(self.path) and any(_is_of_a_repository(one) for one in self.settings()):
            return "sha1", self.path
        answer = os.fsdecode(self.git.run("rev-parse", "--show-object-format", "--git-dir")[1])
        object_format, _, git_dir = answer.removesuffix("\n").partition("\n")
        return object_format, git_dir

    def ask(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """Git's output without its last newline. CannotInstall for an exit status that is not accepted."""
        try:
            return os.fsdecode(self.git.run(*arguments, accepted=accepted)[1]).removesuffix("\n")
        except CannotJudge as error:
            raise CannotInstall(str(error)) from error

    def place(self, *question: str) -> str:
        """The path that `git rev-parse` answers, absolute. Raises like `ask`."""
        try:
            return self.git.place(*question)
        except CannotJudge as error:
            raise CannotInstall(str(error)) from error

    def ask_for(self, *arguments: str) -> str:
        """Git's output without its last newline, "" where Git says no (exit status 1). Raises like `ask`."""
        return self.ask(*arguments, accepted=(0, 1))

    def settings(self) -> list[Setting]:
        """All that Git's configuration says here, in Git's order. Raises like `ask`."""
        if self._settings is None:
            listed = self.ask("config", "--null", "--show-scope", "--show-origin", "--list").split("\0")
            self._settings = []
            for scope, origin, entry in zip(listed[0::3], listed[1::3], listed[2::3], strict=False):
                name, newline, value = entry.partition("\n")
                self._settings.append(Setting(scope, origin, name, value if newline else None))
        return self._settings

    def setting(self, name: str) -> str | None:
        """The value of a setting, whatever file sets it; None where none does.

        `name` has no part that tells upper and lower case apart.
        """
        values = [one.value for one in self.settings() if one.name == name.lower()]
        return (values[-1] if values else None) or None

    def own_setting(self, name: str) -> str | None:
        """The same, of the repository's own configuration alone."""
        return self.ask_for("config", "--local", "--get", name) or None

    def change_setting(self, *arguments: str) -> None:
        """Have `git config --local` change the repository's own configuration. Raises like `ask`."""
        self.ask("config", "--local", *arguments)
        self._settings = None

    def hooks_folder(self) -> HooksFolder:
        """Where Git looks for hooks: a relative core.hooksPath counts from where they run (git-config(1))."""
        if self.setting("core.hooksPath") is None:
            return HooksFolder(self.default_hooks_folder, None, relative=False)
        found = self.ask_for("config", "--show-scope", "--type=path", "--get", "core.hooksPath")
        scope, _, path = found.partition("\t")
        if not path:
            return HooksFolder(self.default_hooks_folder, None, relative=False)
        whole = os.path.normpath(os.path.join(self.hooks_run_in, path))
        return HooksFolder(whole, scope, relative=not os.path.isabs(path))

    @property
    def default_hooks_folder(self) -> str:
        """Where Git looks for hooks if core.hooksPath is not set."""
        return os.path.normpath(os.path.join(self.common_dir, "hooks"))


def _is_of_a_repository(setting: Setting) -> bool:
    return setting.scope == "local" and setting.name == WRITTEN_BY_INIT


@contextmanager
def changing(path: str) -> Iterator[None]:
    """Turn an OSError inside into CannotInstall; `path` is named where the error names no file."""
    try:
        yield
    except OSError as error:
        raise CannotInstall(f"{error.filename or path} can't be changed: {error.strerror}") from error
