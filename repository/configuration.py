"""Settings in Git's configuration, ours (`tagwarden.*`) and others, and only those that the machine's owner wrote."""

from __future__ import annotations

from .processes import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .git_command import Git
    from .processes import Child

# With these whoever starts Git sets or replaces its configuration (git(1), git-config(1)): over some
# transports that is the pusher.
_FROM_THE_ENVIRONMENT = ("GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS")


class Configuration:
    """The settings of one repository in one section; `section` may be a pattern that matches several.

    Reading starts at once and ends when a setting is asked for. Every method raises
    CannotJudge where Git can't read its configuration.
    """

    def __init__(self, git: Git, section: str = "tagwarden") -> None:
        environment = {k: v for k, v in git.environment.items() if k not in _FROM_THE_ENVIRONMENT}
        # Without its folder by name, `git config` passes over a repository that it does not trust
        # as if there were none.
        environment.setdefault("GIT_DIR", git.folder())
        arguments = git.command("config", "--null", "--get-regexp", f"^{section}\\.")
        self._child: Child = start(arguments, environment=environment)
        self._values: dict[str, str] | None = None

    def values(self) -> dict[str, str]:
        """Every setting by its name in lower case; of several values the last, as Git takes it."""
        if self._values is None:
            assert self._child.stdout is not None
            output = self._child.stdout.read()
            self._child.check(
                accepted=(0, 1), advice="Put the configuration right; `git config --list` tells when it is."
            )
            self._values = _parsed(output)
        return self._values

    def get(self, name: str) -> str | None:
        """The value of one setting, such as `tagwarden.defaultPolicy`; None where it is not set or empty."""
        return self.values().get(name.lower()) or None

    def close(self) -> None:
        """Reaps the process, asked for or not."""
        self._child.abandon()


def _parsed(output: bytes) -> dict[str, str]:
    """Git ends each entry with NUL, and each name with a newline if a value follows it."""
    values = {}
    for entry in output.split(b"\0"):
        if entry:
            name, separator, value = entry.decode("utf-8", "surrogateescape").partition("\n")
            values[name] = value if separator else "true"  # git-config(1): a name alone means true
    return values
