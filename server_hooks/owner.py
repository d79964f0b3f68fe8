"""The owner of a repository on a server, and how root runs a command as that user."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.record import Record
from ..repository.git.bounded_program import RunAs, run_bounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..repository.git.bounded_program import CompletedProgram


class Owner(Record):
    """The user who owns a repository, and as whom pushes are expected to run."""

    uid: int
    gid: int
    name: str
    home: str


def owner_of(path: str) -> Owner:
    """The owner of the repository at `path`. Raises CannotJudge if the path can't be read."""
    import pwd  # not available on Windows, where the command line works all the same

    try:
        inside = os.path.join(path, ".git")
        uid, gid = os.stat(inside if os.path.exists(inside) else path)[4:6]
    except FileNotFoundError:
        raise CannotJudge(f"{path!r} is not a repository: there is no such folder") from None
    except OSError as error:
        raise CannotJudge(f"{path!r} can't be read: {error.strerror}") from error
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Owner(uid, gid, str(uid), "/")
    return Owner(uid, entry.pw_gid, entry.pw_name, entry.pw_dir)


def run_as(owner: Owner, command: list[str]) -> CompletedProgram:
    """As root, run `command` as `owner`, with little of root's environment. Raises NotStarted if that fails."""
    groups = [owner.gid] if owner.name == str(owner.uid) else os.getgrouplist(owner.name, owner.gid)
    user = RunAs(owner.uid, owner.gid, groups)
    return run_bounded(command, environment=_environment_of(owner), folder="/", user=user, seconds=None)


def _environment_of(owner: Owner) -> Mapping[str, str]:
    kept = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "NO_COLOR", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
    mine = {name: os.environ[name] for name in kept if name in os.environ}
    return {**mine, "HOME": owner.home, "USER": owner.name, "LOGNAME": owner.name}
