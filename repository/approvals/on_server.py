"""Who approved a tag, according to the server's own refs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ..git.configuration import Configuration
    from ..git.reader import Reader
    from .in_refs import ApprovalsInRefs


def approvals_on_server(
    policy: Policy,
    reader: Reader,
    configuration: Configuration,
    verify: Verify | None,
    touched: frozenset[str] = frozenset(),
) -> ApprovalsInRefs | None:
    """The approvals on this server; None if the policy requires none.

    Refs in `touched` do not count. Asking for a tag's approvals raises CannotJudge if the policy and the server name
    different repositories.
    """
    if not policy.base.approvals.require:
        return None
    from .identity import repository_id
    from .in_refs import ApprovalsInRefs

    return ApprovalsInRefs(reader, verify, lambda: repository_id(policy, configuration), touched)
