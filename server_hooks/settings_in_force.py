"""Which tagwarden settings are in force for a repository's hooks, where each comes from, and which are not."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.record import Record
from ..repository.git.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .served_repository import ServedRepository

OURS = "tagwarden."
# Gitaly hands hooks /dev/null for these (internal/git/gitcmd of GitLab's Gitaly).
NOT_READ_ON_GITLAB = ("system", "global")


class InForce(Record):
    """One value of a setting, where it stands, and whether it counts; `because` says why not."""

    setting: str
    value: str
    set_in: str
    in_force: bool
    because: str | None


def settings_in_force(repository: ServedRepository, host: str) -> tuple[list[InForce], list[str]]:
    """Every value of a setting of ours that the repository's hooks might go by, and what is wrong with them."""
    problems = []
    found: list[InForce] = []
    if repository.git.settings_file:
        try:
            with closing(Configuration(repository.git)) as configuration:
                shared = configuration.of_the_machine()
            where = f"file:{repository.git.settings_file}"
            found += [InForce(name, value, where, in_force=True, because=None) for name, value in shared]
        except CannotJudge as problem:
            problems.append(f"no push is accepted: {problem}")
    for scope, origin, name, value in repository.settings():
        if name.startswith(OURS):
            unread = host == "gitlab" and scope in NOT_READ_ON_GITLAB
            because = f"GitLab hands hooks no {scope} configuration" if unread else None
            found.append(InForce(name, "true" if value is None else value, origin, not unread, because))
    problems += [
        f"{one.setting} in {one.set_in} is not in force: {one.because}. Set it in the repository, or in a file for all "
        "repositories: `tagwarden install --server --settings FILE`"
        for one in found
        if one.because
    ]
    return list(_with_the_last_in_force(found)), problems


def _with_the_last_in_force(found: list[InForce]) -> Iterator[InForce]:
    last = {one.setting: at for at, one in enumerate(found) if one.in_force}
    for at, one in enumerate(found):
        if one.in_force and last[one.setting] != at:
            by = found[last[one.setting]].set_in
            yield one._replace(in_force=False, because=f"{by} goes before it")
        else:
            yield one
