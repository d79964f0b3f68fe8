"""The id of a repository in approvals, which keeps an approval from counting in any other repository."""

from __future__ import annotations

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ..git.configuration import Configuration

SETTING = "tagwarden.repositoryId"
POLICY_KEY = "approvals.repository"


def repository_id(policy: Policy, configuration: Configuration) -> str:
    """The id of a repository on its server: the Git setting `tagwarden.repositoryId`, confirmed by the policy.

    A site policy judges many repositories, so it need not name an id. Raises CannotJudge if the setting is missing, or
    if setting and policy differ: approvals from another repository might count.
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
