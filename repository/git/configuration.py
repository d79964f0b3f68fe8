"""Reads Git's configuration: the settings `tagwarden.*` and others."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.record import Record
from .command import PATIENCE
from .processes import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .command import Git
    from .processes import Child

# Variables that change Git's configuration (git(1), git-config(1)). Over some transports the pusher can set them.
_FROM_THE_ENVIRONMENT = ("GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS")

# Set in every repository, so a listing without it is not that of a repository's configuration.
WRITTEN_BY_INIT = "core.repositoryformatversion"
_ADVICE = "Fix the configuration; `git config --list` shows whether Git can read it."


class Listed(Record):
    """(name, value) pairs that Git listed; `rest` is its output after the last whole one, `stderr` its messages."""

    entries: list[tuple[str, str]]
    rest: bytes
    stderr: str


class Configuration:
    """The settings of one repository in one section; `section` may be a pattern that matches several.

    Settings in the environment count only `with_environment`, because a pusher may have set them. The settings of
    `git.settings_file` come first, so that Git's own configuration overrides them. Git starts reading at once; its
    answer is read when a setting is first asked for. If Git has already `listed` the section and
    core.repositoryFormatVersion, it is not asked again. Every method raises CannotJudge if the configuration can't be
    read.
    """

    def __init__(
        self, git: Git, section: str = "tagwarden", *, with_environment: bool = False, listed: Listed | None = None
    ) -> None:
        environment = dict(git.environment)
        if not with_environment:
            for name in _FROM_THE_ENVIRONMENT:
                environment.pop(name, None)
        # Without GIT_DIR, `git config` silently ignores the configuration of a repository that it does not trust.
        environment.setdefault("GIT_DIR", git.folder())
        self._git = git
        self._listed = listed
        self._child: Child | None = None
        if listed is None:
            arguments = git.command("config", "--null", "--get-regexp", f"^({section}\\.|{WRITTEN_BY_INIT}$)")
            self._child = start(arguments, environment=environment, patience=PATIENCE)
        self._shared: Child | None = None
        if git.settings_file:
            shared = git.command("config", "--file", git.settings_file, "--null", "--get-regexp", r"^tagwarden\.")
            self._shared = start(shared, environment=environment, patience=PATIENCE)
        self._shared_output: bytes | None = None
        self._entries: list[tuple[str, str]] | None = None
        self._values: dict[str, str] = {}
        self._problem: CannotJudge | None = None

    def entries(self) -> Sequence[tuple[str, str]]:
        """All settings as (name in lower case, value), in Git's order: the last of several values counts."""
        if self._problem is not None:
            raise self._problem
        if self._entries is None:
            try:
                self._entries = self._read()
            except CannotJudge as problem:
                self._problem = problem
                raise
            self._values = dict(self._entries)
        return self._entries

    def values(self) -> dict[str, str]:
        """All settings by name in lower case; the last of several values."""
        self.entries()
        return self._values

    def get(self, name: str) -> str | None:
        """The value of one setting, such as `tagwarden.defaultPolicy`; None if it is not set, or empty."""
        return self.values().get(name.lower()) or None

    def _read(self) -> list[tuple[str, str]]:
        listed = self._listed or self._ask()
        self._must_be_whole(listed)
        return [*self.of_the_machine(), *(entry for entry in listed.entries if entry[0] != WRITTEN_BY_INIT)]

    def _ask(self) -> Listed:
        assert self._child is not None
        assert self._child.stdout is not None
        output = self._child.stdout.read()
        stderr = self._child.stderr_text()
        self._child.check(accepted=(0, 1), advice=_ADVICE)
        return Listed(parsed(output), output.rpartition(b"\0")[2], stderr)

    def of_the_machine(self) -> list[tuple[str, str]]:
        """The entries of `git.settings_file`."""
        if self._shared is None:
            return []
        from .settings_file import check_settings_file

        check_settings_file(self._git.settings_file, self._git.common_folder())
        assert self._shared.stdout is not None
        if self._shared_output is None:
            self._shared_output = self._shared.stdout.read()
        output = self._shared_output
        self._shared.check(accepted=(0, 1), advice=f"Repair the file {self._git.settings_file!r}.")
        if output and not output.endswith(b"\0"):
            raise CannotJudge(f"`git config` broke off in {self._git.settings_file!r} after {output[-40:]!r}.")
        return parsed(output)

    def _must_be_whole(self, listed: Listed) -> None:
        """Raise CannotJudge if Git could not read a configuration file and went on as if it were empty.

        Git does not always warn of a file that it can't open, and never of one that it can open, but not read.
        """
        why = listed.stderr if "unable to access" in listed.stderr else None
        if listed.rest:
            why = f"`git config` broke off after {listed.rest[-40:]!r}"
        if why is None and all(name != WRITTEN_BY_INIT for name, _ in listed.entries):
            path = os.path.join(self._git.common_folder(), "config")
            try:
                with open(path, "rb") as file:
                    if WRITTEN_BY_INIT.rpartition(".")[2].encode() in file.read().lower():
                        why = f"Git did not read {path!r} to its end"
            except OSError as error:
                why = f"{path!r}: {error.strerror}"
        if why is not None:
            raise CannotJudge(f"Git's configuration can't be read: {why.rstrip('.')}. {_ADVICE}")

    def close(self) -> None:
        """End and reap the processes, even if their answers were not read."""
        for child in (self._child, self._shared):
            if child is not None:
                child.abandon()


def is_true(value: str) -> bool:
    """Whether `value` means true to Git (git-config(1), boolean)."""
    return value.lower() in ("true", "yes", "on") or (value.isdigit() and int(value) != 0)


def parsed(output: bytes) -> list[tuple[str, str]]:
    """The (name, value) pairs in the output of `git config --null --get-regexp`.

    Each entry ends with NUL; a newline separates name and value, if there is a value.
    """
    entries = []
    for entry in output.split(b"\0"):
        if entry:
            name, separator, value = entry.decode("utf-8", "surrogateescape").partition("\n")
            entries.append((name, value if separator else "true"))  # git-config(1): a name alone means true
    return entries
