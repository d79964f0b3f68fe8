"""A repository on a server, as those who administer it see it: its folders, its owner, its configuration."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from ..policy.record import Record
from ..repository.git.environment import environment_without_repository

if TYPE_CHECKING:
    from collections.abc import Mapping


class CannotAdminister(Exception):
    """What was asked for can't be done here. The message says why, and what to do."""


class Owner(Record):
    """The user to whom a repository belongs, and as whom pushes are expected to run."""

    uid: int
    gid: int
    name: str
    home: str


class HooksFolder(Record):
    """Where Git looks for hooks; `scope` as git-config(1) names it, None where core.hooksPath is not set."""

    path: str
    scope: str | None


class ServedRepository:
    """The repository at `path`, read as its owner.

    `git_dir` is where receive-pack runs, `common_dir` what all work trees share.
    """

    def __init__(self, path: str) -> None:
        """CannotAdminister where there is no repository, or Git won't have it."""
        self.path = os.path.abspath(path)
        said = self._run("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir")
        if said.returncode != 0:
            raise CannotAdminister(f"{self.path} can't be used: {_decoded(said.stderr)}")
        self.git_dir, self.common_dir = os.fsdecode(said.stdout).splitlines()

    def git(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """Git's output without its last newline; CannotAdminister for an exit status that is not accepted."""
        ran = self._run(*arguments)
        if ran.returncode not in accepted:
            raise CannotAdminister(f"`git {' '.join(arguments)}` failed in {self.path}: {_decoded(ran.stderr)}")
        return os.fsdecode(ran.stdout).removesuffix("\n")

    def setting(self, name: str) -> str | None:
        """The value of a setting, whatever file sets it; None where none does."""
        return self.git("config", "--get", name, accepted=(0, 1)) or None

    def hooks_folder(self) -> HooksFolder:
        """Where Git looks for the hooks of a push: a relative core.hooksPath counts from $GIT_DIR (githooks(5))."""
        scope, _, path = self.git(
            "config", "--show-scope", "--type=path", "--get", "core.hooksPath", accepted=(0, 1)
        ).partition("\t")
        if not path:
            return HooksFolder(os.path.join(self.common_dir, "hooks"), None)
        return HooksFolder(os.path.normpath(os.path.join(self.git_dir, path)), scope)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", self.path, *arguments]
        return subprocess.run(
            command, capture_output=True, env=environment_without_repository(), stdin=subprocess.DEVNULL
        )


def owner_of(path: str) -> Owner:
    """Who owns the repository at `path`. CannotAdminister where there is nothing."""
    import pwd  # not on Windows, where the command line is there all the same

    try:
        inside = os.path.join(path, ".git")
        uid, gid = os.stat(inside if os.path.exists(inside) else path)[4:6]
    except OSError as error:
        raise CannotAdminister(f"{path} can't be used: {error.strerror}") from error
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Owner(uid, gid, str(uid), "/")
    return Owner(uid, entry.pw_gid, entry.pw_name, entry.pw_dir)


def run_as(owner: Owner, command: list[str]) -> subprocess.CompletedProcess[bytes]:
    """As root, run `command` as `owner` with nothing of root's environment; OSError where it can't be started."""
    groups = [owner.gid] if owner.name == str(owner.uid) else os.getgrouplist(owner.name, owner.gid)
    return subprocess.run(
        command,
        user=owner.uid,
        group=owner.gid,
        extra_groups=groups,
        cwd="/",
        env=_environment_of(owner),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )


def _environment_of(owner: Owner) -> Mapping[str, str]:
    kept = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "NO_COLOR", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
    mine = {name: os.environ[name] for name in kept if name in os.environ}
    return {**mine, "HOME": owner.home, "USER": owner.name, "LOGNAME": owner.name}


def _decoded(complaint: bytes) -> str:
    return complaint.decode("utf-8", "replace").strip()
