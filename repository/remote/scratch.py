"""A repository that is made for one fetch, and reaches remotes just as a clone does.

What a clone's configuration says of its remotes may hang on where the clone
lies (`includeIf`), which work tree of it is meant (`config.worktree`) and which
folder Git runs in (relative paths and URLs). So the new repository does not
include the clone's files: it is handed what they come to. That goes through
the environment, so that no password in it is written anywhere.
"""

from __future__ import annotations

import os

from ..git.bare.empty import make_empty_repository
from ..git.configuration import parsed
from ..git.environment import environment_without_repository
from ..git.handed_over import with_settings
from ..git.processes import run
from .names import is_remote_anywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..git.command import Git

    Setting = tuple[str, str]

# What says how a repository is built, where its parts lie, or which files are read: true of the clone alone.
_OF_THE_CLONE = ("alias.", "branch.", "extensions.", "fetch.bundle", "include.", "includeif.", "submodule.")
_OF_THE_CLONE_TOO = ("core.bare", "core.hookspath", "core.repositoryformatversion", "core.worktree")


# What a URL is called there.
_ASKED = "tagwarden-asked"


class Scratch:
    """An empty repository, and how Git is started for it to reach one remote.

    `runs_in` is the folder to start Git in, None for ours, and `address` what
    the remote is called there.
    """

    def __init__(self, git: Git, folder: str, address: str, *, sha256: bool) -> None:
        """Make it in `folder`. `git` is the clone, or names none: then only the settings of user and system count.

        Raises CannotJudge where the configuration can't be read.
        """
        make_empty_repository(folder, sha256=sha256)
        self.runs_in = _top_folder(git)
        self.environment = _environment(git, folder, address)
        self.address = address
        if not is_remote_anywhere(git, address):
            # Git notes in a repository which remote it has left something out of: by its name, not by a URL.
            self.environment = with_settings(self.environment, [(f"remote.{_ASKED}.url", address)])
            self.address = _ASKED


def _top_folder(git: Git) -> str | None:
    """The folder in which Git itself runs for this repository, from which relative paths count."""
    return git.work_tree() or git.line("rev-parse", "--absolute-git-dir", accepted=(0, 128)) or git.directory


def _environment(git: Git, folder: str, remote: str) -> dict[str, str]:
    """The environment in which the repository in `folder` has the settings that the clone has for this remote."""
    theirs = dict(git.user_environment)
    # It names one file, and for `git config` alone.
    theirs.pop("GIT_CONFIG", None)
    settings = _settings(git.command("config", "--list", "--null"), theirs, remote)
    plain = {**environment_without_repository(git.user_environment), "GIT_DIR": folder}
    anywhere = _settings(["git", "config", "--list", "--null"], plain, remote)
    if settings[: len(anywhere)] == anywhere:
        # As good as always: what user and system set is read by everything that Git starts, and comes first.
        return with_settings(plain, settings[len(anywhere) :])
    # A condition of theirs holds in the clone alone. Twice is wrong of some settings, such as a header.
    nothing_else = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return with_settings({**plain, **nothing_else}, settings)


def _settings(command: Sequence[str], environment: Mapping[str, str], remote: str) -> list[Setting]:
    """Every setting in Git's order, but for those of the repository alone and of other remotes.

    Of these there may be more than an environment holds.
    """
    return [
        (name, value)
        for name, value in parsed(run(command, environment=environment)[1])
        if not name.startswith(_OF_THE_CLONE)
        and name not in _OF_THE_CLONE_TOO
        and (not name.startswith("remote.") or name.startswith(f"remote.{remote}."))
    ]
