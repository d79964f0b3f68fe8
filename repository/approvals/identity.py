"""By which id a repository is named in approvals, so that they count in no other."""

from __future__ import annotations

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ..git.configuration import Configuration

SETTING = "tagwarden.repositoryId"
POLICY_KEY = "approvals.repository"


def repository_id(policy: Policy, configuration: Configuration) -> str:
    """The id of a repository on its server: what the machine's owner set, which the policy must confirm.

    A site policy, which judges many repositories, names none. Raises
    CannotJudge where the two are not the same, for then approvals of another
    repository might count.
    """
    wanted, found = policy.base.approvals.repository, configuration.get(SETTING)
    if found is None:
        value = wanted or "ID"
        raise CannotJudge(
            f"The policy asks for approvals, and the server does not say which repository this is. Whoever runs the "
            f"server must set the id that approvals name: `git config {SETTING} {value}`."
        )
    if wanted != found and not (policy.site and wanted is None):
        raise CannotJudge(
            f"The policy's {POLICY_KEY} is {wanted!r}, and the server's Git setting {SETTING} is {found!r}, so no "
            "approval can be judged. In a fork, the policy needs the fork's own id; else one of the two is wrong."
        )
    return found
