"""The policy that judges in the repository at hand."""

from __future__ import annotations

from contextlib import closing

from ..policy.errors import CannotJudge
from ..policy.file.load import built_in_policy
from ..policy.record import Record
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.program import GitProgram
from ..repository.judging.server_push import read_policy
from ..repository.remote.names import remote_to_push_to
from ..repository.trusted.gto_file import declared_stages
from ..repository.trusted.policy_source import PolicySource, client_policy, server_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..policy.file.policy import Policy

NOWHERE = PolicySource("built-in", "built-in", None, None, None)


class PolicyHere(Record):
    """A policy, where it comes from, and the stages that `.gto` names beside it (None: it names none)."""

    source: PolicySource
    policy: Policy
    declared_stages: tuple[str, ...] | None


def policy_here(*, remote: str | None = None, git: Git | None = None) -> PolicyHere:
    """The server's policy in a bare repository, else the clone's as for a push to `remote`.

    Without `remote` it is the one that `git push` would take, without `git`
    the repository is the one at hand. Outside of any repository it is the
    built-in policy. Raises CannotJudge where the policy can't be read.
    """
    git = git or Git.here()
    try:
        bare = git.line("rev-parse", "--is-bare-repository") == "true"
    except CannotJudge as error:
        if "not a git repository" not in str(error):
            raise
        return PolicyHere(NOWHERE, built_in_policy(), None)
    with closing(Configuration(git)) as configuration, closing(GitProgram(git)) as reader:
        if bare:
            source = server_policy(reader, configuration)
        else:
            source = client_policy(
                reader, configuration, remote=remote or remote_to_push_to(git), work_tree=git.work_tree()
            )
        return PolicyHere(source, read_policy(source), declared_stages(reader, source.commit).names)
