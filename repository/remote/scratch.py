"""A temporary repository for one fetch, which reaches remotes in the same way as a clone does.

A clone's settings of its remotes may depend on the place of the clone
(`includeIf`), on the work tree (`config.worktree`), and on the folder that Git
runs in (relative paths and URLs). So the temporary repository does not include
the clone's configuration files, but gets the resulting settings in the
environment. That way no password in them is written to a file.
"""

from __future__ import annotations

import os

from ..git.bare.empty import make_empty_repository
from ..git.configuration import parsed
from ..git.environment import environment_without_repository
from ..git.extra_environment import with_settings
from ..git.processes import run
from .names import is_remote_anywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..git.command import Git

    Setting = tuple[str, str]

# Settings that are only right for the clone: its format, the places of its parts, the files that it includes.
_OF_THE_CLONE = ("alias.", "branch.", "extensions.", "fetch.bundle", "include.", "includeif.", "submodule.")
_OF_THE_CLONE_TOO = ("core.bare", "core.hookspath", "core.repositoryformatversion", "core.worktree")


# The name of the remote there for an address that is a URL.
_ASKED = "tagwarden-asked"


class Scratch:
    """An empty repository, and how to start Git for it so that it reaches one remote.

    `environment` is Git's environment, `runs_in` the folder to start Git in (None: the current one), and `address` the
    name of the remote there.
    """

    def __init__(self, git: Git, folder: str, address: str, *, sha256: bool) -> None:
        """Make it in `folder`, with the settings of `git`: a clone, or no repository for those of user and system only.

        Raises CannotJudge if the configuration can't be read.
        """
        make_empty_repository(folder, sha256=sha256)
        self.runs_in = _top_folder(git)
        self.environment = _environment(git, folder, address)
        self.address = address
        if not is_remote_anywhere(git, address):
            # A filtered fetch makes the remote a promisor in the repository's configuration, which requires a name.
            self.environment = with_settings(self.environment, [(f"remote.{_ASKED}.url", address)])
            self.address = _ASKED


def _top_folder(git: Git) -> str | None:
    """The folder in which Git runs for this repository, to which relative paths are relative."""
    return git.work_tree() or git.line("rev-parse", "--absolute-git-dir", accepted=(0, 128)) or git.directory


def _environment(git: Git, folder: str, remote: str) -> dict[str, str]:
    """The environment in which the repository in `folder` has the clone's settings for this remote."""
    theirs = dict(git.user_environment)
    # GIT_CONFIG would make `git config`, and nothing else, read only that file.
    theirs.pop("GIT_CONFIG", None)
    settings = _settings(git.command("config", "--list", "--null"), theirs, remote)
    plain = {**environment_without_repository(git.user_environment), "GIT_DIR": folder}
    anywhere = _settings(["git", "config", "--list", "--null"], plain, remote)
    if settings[: len(anywhere)] == anywhere:
        # The usual case: the settings of system and user come first, and Git reads those there as well.
        return with_settings(plain, settings[len(anywhere) :])
    # A conditional include of theirs applies only in the clone. Their files are not read then, because some settings
    # must not be set twice, such as a header.
    nothing_else = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return with_settings({**plain, **nothing_else}, settings)


def _settings(command: Sequence[str], environment: Mapping[str, str], remote: str) -> list[Setting]:
    """All settings in Git's order, except those that are only right for the clone, and those of other remotes.

    Those of other remotes may be too many for an environment.
    """
    return [
        (name, value)
        for name, value in parsed(run(command, environment=environment)[1])
        if not name.startswith(_OF_THE_CLONE)
        and name not in _OF_THE_CLONE_TOO
        and (not name.startswith("remote.") or name.startswith(f"remote.{remote}."))
    ]
