"""Settings in Git's configuration, ours (`tagwarden.*`) and others."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from .command import PATIENCE
from .processes import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .command import Git
    from .processes import Child

# With these whoever starts Git sets or replaces its configuration (git(1), git-config(1)): over some
# transports that is the pusher.
_FROM_THE_ENVIRONMENT = ("GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS")

# Every repository has it, so a listing without it does not come from a repository's configuration.
WRITTEN_BY_INIT = "core.repositoryformatversion"
_ADVICE = "Fix the configuration; `git config --list` tells whether Git can read it."


class Configuration:
    """The settings of one repository in one section; `section` may be a pattern that matches several.

    Only what the machine's owner wrote counts, unless `with_environment`: then
    what Git itself goes by. What `git.settings_file` says of us comes first, so that
    Git's own configuration goes before it. Reading starts at once and ends when a setting is
    asked for. Every method raises CannotJudge where Git can't read its
    configuration.
    """

    def __init__(self, git: Git, section: str = "tagwarden", *, with_environment: bool = False) -> None:
        environment = dict(git.environment)
        if not with_environment:
            for name in _FROM_THE_ENVIRONMENT:
                environment.pop(name, None)
        # Without its folder by name, `git config` passes over a repository that it does not trust
        # as if there were none.
        environment.setdefault("GIT_DIR", git.folder())
        arguments = git.command("config", "--null", "--get-regexp", f"^({section}\\.|{WRITTEN_BY_INIT}$)")
        self._git = git
        self._child: Child = start(arguments, environment=environment, patience=PATIENCE)
        self._shared: Child | None = None
        if git.settings_file:
            shared = git.command("config", "--file", git.settings_file, "--null", "--get-regexp", r"^tagwarden\.")
            self._shared = start(shared, environment=environment, patience=PATIENCE)
        self._entries: list[tuple[str, str]] | None = None
        self._values: dict[str, str] = {}
        self._problem: CannotJudge | None = None

    def entries(self) -> Sequence[tuple[str, str]]:
        """Every setting by its name in lower case, with all of its values, in Git's order: the last one counts."""
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
        """Every setting by its name in lower case; of several values the last, as Git takes it."""
        self.entries()
        return self._values

    def get(self, name: str) -> str | None:
        """The value of one setting, such as `tagwarden.defaultPolicy`; None where it is not set or empty."""
        return self.values().get(name.lower()) or None

    def _read(self) -> list[tuple[str, str]]:
        assert self._child.stdout is not None
        output = self._child.stdout.read()
        complaint = self._child.complaint()
        self._child.check(accepted=(0, 1), advice=_ADVICE)
        self._must_be_whole(output, complaint)
        return [*self.of_the_machine(), *(entry for entry in parsed(output) if entry[0] != WRITTEN_BY_INIT)]

    def of_the_machine(self) -> list[tuple[str, str]]:
        """What `git.settings_file` says; to be asked for once, before `entries` or instead of it."""
        if self._shared is None:
            return []
        from .settings_file import check_settings_file

        check_settings_file(self._git.settings_file, self._git.common_folder())
        assert self._shared.stdout is not None
        output = self._shared.stdout.read()
        self._shared.check(accepted=(0, 1), advice=f"Put the file {self._git.settings_file!r} right.")
        if output and not output.endswith(b"\0"):
            raise CannotJudge(f"`git config` broke off in {self._git.settings_file!r} after {output[-40:]!r}.")
        return parsed(output)

    def _must_be_whole(self, output: bytes, complaint: str) -> None:
        """CannotJudge where Git passed over a file that it could not read as if nothing were set there.

        It warns of one that it can't open, and not always; of one that it can't read it says nothing.
        """
        why = complaint if "unable to access" in complaint else None
        if output and not output.endswith(b"\0"):
            why = f"`git config` broke off after {output[-40:]!r}"
        if why is None and WRITTEN_BY_INIT.encode() not in output:
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
        """Reaps the process, asked for or not."""
        self._child.abandon()
        if self._shared is not None:
            self._shared.abandon()


def is_true(value: str) -> bool:
    """Whether Git takes `value` for true (git-config(1), boolean)."""
    return value.lower() in ("true", "yes", "on") or (value.isdigit() and int(value) != 0)


def parsed(output: bytes) -> list[tuple[str, str]]:
    """What `git config --null --get-regexp` writes: settings by name, each with its value.

    Git ends each entry with NUL, and each name with a newline if a value follows it.
    """
    entries = []
    for entry in output.split(b"\0"):
        if entry:
            name, separator, value = entry.decode("utf-8", "surrogateescape").partition("\n")
            entries.append((name, value if separator else "true"))  # git-config(1): a name alone means true
    return entries
