"""A repository for the code that installs, removes and proves its hooks."""

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
    """The folder where Git looks for hooks.

    `scope` is that of the configuration that sets core.hooksPath (git-config(1), SCOPES), None if it is not set;
    `relative`: its value is a relative path.
    """

    path: str
    scope: str | None
    relative: bool


class Setting(Record):
    """One value in Git's configuration, with its scope and origin; `value` is None for a name without a value."""

    scope: str
    origin: str
    name: str
    value: str | None


class Listing(Record):
    """All settings in Git's order; `rest` is its output after the last complete one, `stderr` its messages."""

    settings: list[Setting]
    rest: bytes
    stderr: str


class HookedRepository:
    """The repository in or above `path`, even if the environment selects another one.

    `git_dir` is its Git folder, `common_dir` the folder that all its work trees share, and `hooks_run_in` the folder
    in which Git runs the hooks. The configuration is read only once, because there may be many repositories.
    """

    hooks_run_in: str

    def __init__(self, path: str, git: Git | None = None) -> None:
        """Raises CannotJudge if there is no repository, or if Git refuses to read it."""
        self.path = os.path.abspath(path)
        self.git = git or Git.at(self.path)
        self._listing: Listing | None = None
        try:
            self.object_format, git_dir = self._format_and_folder()
            self.git_dir = os.path.realpath(os.path.join(self.path, git_dir))
            self.common_dir = os.path.realpath(common_folder(self.git_dir))
        except CannotJudge as error:
            if not os.path.isdir(self.path):
                raise CannotJudge(f"{self.path!r} is not a repository: there is no such folder") from None
            ignored = " GIT_DIR, which is set, does not count here." if "GIT_DIR" in os.environ else ""
            raise CannotJudge(f"{error}{ignored}") from error

    def _format_and_folder(self) -> tuple[str, str]:
        """The object format and the Git folder. Raises CannotJudge if Git refuses to read the repository."""
        # Git lists no settings of a repository that it does not trust, or does not accept as one.
        if is_plain_bare(self.path) and any(_is_of_a_repository(one) for one in self.settings()):
            return "sha1", self.path
        answer = os.fsdecode(self.git.run("rev-parse", "--show-object-format", "--git-dir")[1])
        object_format, _, git_dir = answer.removesuffix("\n").partition("\n")
        return object_format, git_dir

    def ask(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """Git's output without its last newline. Raises CannotJudge for an exit status that is not `accepted`."""
        return os.fsdecode(self.git.run(*arguments, accepted=accepted)[1]).removesuffix("\n")

    def place(self, *question: str) -> str:
        """The absolute path that `git rev-parse` answers to `question`. Raises CannotJudge like `ask`."""
        return self.git.place(*question)

    def ask_for(self, *arguments: str) -> str:
        """Git's output without its last newline, "" for the exit status 1. Raises CannotJudge like `ask`."""
        return self.ask(*arguments, accepted=(0, 1))

    def settings(self) -> list[Setting]:
        """All settings of Git's configuration here, in Git's order. Raises CannotJudge like `ask`."""
        return self.listing().settings

    def listing(self) -> Listing:
        """The settings, with the parts of Git's output that show whether it read everything. Raises like `ask`."""
        if self._listing is None:
            self._listing = _list_settings(self.git)
        return self._listing

    def setting(self, name: str) -> str | None:
        """The value of a setting, from any file; None if it is not set. Raises CannotJudge like `ask`.

        `name` must not have a case-sensitive part (a subsection).
        """
        values = [one.value for one in self.settings() if one.name == name.lower()]
        return (values[-1] if values else None) or None

    def own_setting(self, name: str) -> str | None:
        """The value of a setting in the repository's own configuration; None if it is not set. Raises as `ask`."""
        return self.ask_for("config", "--local", "--get", name) or None

    def change_setting(self, *arguments: str) -> None:
        """Change the repository's own configuration by `git config --local`. Raises CannotInstall if that fails."""
        try:
            self.ask("config", "--local", *arguments)
        except CannotJudge as error:
            raise CannotInstall(str(error)) from error
        self._listing = None

    def hooks_folder(self) -> HooksFolder:
        """The folder where Git looks for hooks. Raises CannotJudge like `ask`.

        A relative core.hooksPath is relative to the folder in which hooks run (git-config(1)).
        """
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
        """The folder where Git looks for hooks if core.hooksPath is not set."""
        return os.path.normpath(os.path.join(self.common_dir, "hooks"))


def _list_settings(git: Git) -> Listing:
    child = git.start("config", "--null", "--show-scope", "--show-origin", "--list")
    assert child.stdout is not None
    try:
        *words, rest = child.stdout.read().split(b"\0")
        stderr = child.stderr_text()
        child.check()
    finally:
        child.abandon()
    settings = []
    for scope, origin, entry in zip(words[0::3], words[1::3], words[2::3], strict=False):
        name, newline, value = os.fsdecode(entry).partition("\n")
        settings.append(Setting(os.fsdecode(scope), os.fsdecode(origin), name, value if newline else None))
    return Listing(settings, rest, stderr)


def _is_of_a_repository(setting: Setting) -> bool:
    return setting.scope == "local" and setting.name == WRITTEN_BY_INIT


@contextmanager
def changing(path: str) -> Iterator[None]:
    """Turn an OSError inside the `with` block into CannotInstall; the message names `path` if the error has no file."""
    try:
        yield
    except OSError as error:
        raise CannotInstall(f"{error.filename or path} can't be changed: {error.strerror}") from error
