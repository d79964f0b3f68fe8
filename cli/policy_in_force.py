"""The policy that holds here, for the commands that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..report.escape import escape
from ..repository.configuration import Configuration
from ..repository.git_command import Git
from ..repository.git_program import GitProgram
from ..repository.gto_file import declared_stages
from ..repository.judging import read_policy
from ..repository.policy_source import PolicySource, client_policy, server_policy, site_policy
from .errors import Refused

if TYPE_CHECKING:
    from ..policy.policy import Policy


class Shown(NamedTuple):
    """A policy, where it comes from, and the stages that `.gto` declares there."""

    policy: Policy
    source: PolicySource
    declared_stages: tuple[str, ...] | None


def load(file: str | None, *, site: bool, remote: str) -> Shown:
    """The policy in `file`, or the one in force in the current repository.

    Raises Refused where there is none, CannotJudge where it can't be read.
    """
    if file is not None:
        source = _of_file(file)
        return Shown(read_policy(source, site=site), source, None)
    git = Git.here()
    git.folder()
    reader, configuration, work_tree = GitProgram(git), Configuration(git), git.work_tree()
    if site:
        of_site = site_policy(reader, configuration)
        if of_site is None:
            raise Refused("no site policy is set here (`git config tagwarden.sitePolicy`)")
        source = of_site
    elif work_tree is None:
        source = server_policy(reader, configuration)
    else:
        source = client_policy(reader, configuration, remote=remote, work_tree=work_tree)
    return Shown(read_policy(source, site=site), source, declared_stages(reader, source.commit).names)


def _of_file(file: str) -> PolicySource:
    from .policy import read_policy_file

    try:
        return PolicySource("configured", file, None, read_policy_file(file), None)
    except FileNotFoundError:
        raise Refused(f"there is no file {escape(file)}") from None
