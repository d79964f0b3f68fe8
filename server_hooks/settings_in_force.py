"""Lists the tagwarden settings of a repository: where each comes from, and whether its hooks obey it."""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.record import Record
from .served_repository import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .served_repository import ServedRepository

# Every setting that a hook or a command reads, in lower case as in Git's listings.
KNOWN = frozenset(
    f"{OURS}{name}".lower()
    for name in (
        *("pusher", "policy", "defaultPolicy", "sitePolicy", "lockTimeout", "logSink", "repositoryId"),
        *("prePush", "remoteTimeout", "offline"),
    )
)
UNKNOWN = "tagwarden has no such setting"
# For these Gitaly gives /dev/null to hooks (internal/git/gitcmd of GitLab's Gitaly).
NOT_READ_ON_GITLAB = ("system", "global")


class InForce(Record):
    """One value of a setting, where it is set, and whether it counts; `because` says why not."""

    setting: str
    value: str
    set_in: str
    in_force: bool
    because: str | None


def settings_in_force(repository: ServedRepository, host: str) -> tuple[list[InForce], list[str]]:
    """Every value of our settings that the repository's hooks might use, and what is wrong with them."""
    problems = []
    found: list[InForce] = []
    if repository.git.settings_file:
        try:
            shared = repository.configuration.of_the_machine()
            where = f"file:{repository.git.settings_file}"
            found += [_value(name, value, where, None) for name, value in shared]
        except CannotJudge as problem:
            problems.append(f"no push is accepted: {problem}")
    for scope, origin, name, value in repository.settings():
        if name.startswith(OURS):
            not_handed_on = host == "gitlab" and scope in NOT_READ_ON_GITLAB
            unread = f"GitLab hands hooks no {scope} configuration" if not_handed_on else None
            found.append(_value(name, "true" if value is None else value, _place(origin, repository.git_dir), unread))
    problems += [
        f"{one.setting} in {one.set_in} is not in force: {one.because}{_advice(one)}" for one in found if one.because
    ]
    return list(_mark_overridden(found)), problems


def _value(name: str, value: str, where: str, unread: str | None) -> InForce:
    because = unread if name in KNOWN else UNKNOWN
    return InForce(name, value, where, because is None, because)


def _place(origin: str, git_dir: str) -> str:
    """Where Git has a value from, with an absolute path; Git names the repository's own file by a relative one."""
    kind, _, path = origin.partition(":")
    return f"{kind}:{os.path.join(git_dir, path)}" if kind == "file" else origin


def _advice(value: InForce) -> str:
    if value.because == UNKNOWN:
        nearest = get_close_matches(value.setting, KNOWN, 1)
        return f"; did you mean {nearest[0]}?" if nearest else ""
    return ". Set it in the repository, or in a file for all repositories: `tagwarden install --server --settings FILE`"


def _mark_overridden(found: list[InForce]) -> Iterator[InForce]:
    last = {one.setting: at for at, one in enumerate(found) if one.in_force}
    for at, one in enumerate(found):
        if one.in_force and last[one.setting] != at:
            by = found[last[one.setting]].set_in
            yield one._replace(in_force=False, because=f"{by} goes before it")
        else:
            yield one
