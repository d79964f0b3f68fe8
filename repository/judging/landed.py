"""Judges the part of a push that has landed, after an incomplete landing."""

from __future__ import annotations

from ...policy.grammar.names import TAGS
from ...policy.judging.judge import Judge
from ...policy.push import RefUpdate
from ..approvals.on_server import approvals_on_server
from ..trusted.loaded_policy import load_policy_file, load_server_policies, with_declared_stages
from .model_updates import updates_by_model
from .pipeline import judge_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.push import Circumstances
    from ...policy.verdict import Verdict
    from ..git.configuration import Configuration
    from ..git.reader import Reader
    from ..trusted.loaded_policy import LoadPolicy
    from .server_push import FindVerify


def judge_landed(
    landed: Sequence[RefUpdate],
    reader: Reader,
    configuration: Configuration,
    circumstances: Circumstances,
    *,
    find_verify: FindVerify | None = None,
    load: LoadPolicy = load_policy_file,
) -> list[Verdict]:
    """Judge the tags of a push that have landed, without the rest of the push, by the policies in force now.

    Returns one verdict for each policy, the repository's first; none if no model tag has landed. Deletions are not
    judged. Raises CannotJudge if a policy or the repository can't be read.
    """
    tags = [RefUpdate(None, update.new, update.ref) for update in landed if update.new and update.ref.startswith(TAGS)]
    shares = updates_by_model(tags)
    if not shares:
        return []
    loaded = with_declared_stages(load_server_policies(reader, configuration, load=load), tags, reader)
    circumstances = circumstances._replace(declared_stages=loaded[0].declared_stages)
    judges = []
    for one in loaded:
        verify = find_verify(one.policy) if find_verify else None
        approvals = approvals_on_server(one.policy, reader, configuration, verify)
        knowing = circumstances._replace(approvals=approvals.of if approvals else None)
        judges.append(Judge(one.policy, knowing, verify=verify))
    existing = reader.tags_of([model for model in shares if model is not None])
    judge_updates(tags, reader, judges, existing=existing, shares=shares)
    return [one.verdict_of(judge) for one, judge in zip(loaded, judges, strict=True)]
