"""Which policy `tagwarden policy show` is asked to show."""

from __future__ import annotations

from contextlib import closing

from ..report.escape import escape
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.program import GitProgram
from ..repository.judging.server_push import read_policy
from ..repository.trusted.policy_source import PolicySource, site_policy
from .effective_policy import PolicyHere, policy_here
from .errors import Refused
from .policy_input import read_input


def load(file: str | None, *, site: bool, remote: str | None) -> PolicyHere:
    """The policy in `file`, else the one in force in the current repository.

    Raises Refused where there is none, CannotJudge where it can't be read.
    """
    if file is None and not site:
        return policy_here(remote=remote)
    source = _of_site() if file is None else _of_file(file)
    return PolicyHere(source, read_policy(source, site=site), None)


def _of_site() -> PolicySource:
    git = Git.here()
    with closing(Configuration(git)) as configuration, closing(GitProgram(git)) as reader:
        source = site_policy(reader, configuration)
    if source is None:
        raise Refused("no site policy is set here (`git config tagwarden.sitePolicy`)")
    return source


def _of_file(file: str) -> PolicySource:
    try:
        return PolicySource("configured", file, None, read_input(file), None)
    except FileNotFoundError:
        raise Refused(f"there is no file {escape(file)}") from None
