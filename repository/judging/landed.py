"""What is there of a push that landed in part, judged as it stands."""

from __future__ import annotations

from ...policy.file.load import load_policy
from ...policy.grammar.names import TAGS
from ...policy.judging.judge import Judge
from ...policy.push import RefUpdate
from ..trusted.policy_source import server_policy, site_policy
from .model_updates import updates_by_model
from .pipeline import judge_updates
from .server_push import InForce, find_stages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.push import Circumstances
    from ...policy.verdict import Verdict
    from ..git.configuration import Configuration
    from ..git.reader import Reader
    from .server_push import FindVerify, LoadPolicy


def judge_landed(
    landed: Sequence[RefUpdate],
    reader: Reader,
    configuration: Configuration,
    circumstances: Circumstances,
    *,
    find_verify: FindVerify | None = None,
    load: LoadPolicy = load_policy,
) -> list[Verdict]:
    """Judge those tags of a push that are in place, without the rest of it, by the policies in force now.

    The other tags are taken as they are. Nothing is asked about what the
    push deleted. Raises CannotJudge where a policy or the repository can't be
    read.
    """
    tags = [RefUpdate(None, update.new, update.ref) for update in landed if update.new and update.ref.startswith(TAGS)]
    shares = updates_by_model(tags)
    if not shares:
        return []
    source = server_policy(reader, configuration)
    in_force = [InForce(source, load=load)]
    of_site = site_policy(reader, configuration)
    if of_site is not None:
        in_force.append(InForce(of_site, site=True, load=load))
    circumstances = circumstances._replace(declared_stages=find_stages(tags, reader, source, in_force))
    judges = [
        Judge(one.policy, circumstances, verify=find_verify(one.policy) if find_verify else None) for one in in_force
    ]
    standing = reader.tags_of([model for model in shares if model is not None])
    judge_updates(tags, reader, judges, standing=standing, shares=shares)
    return [
        judge.verdict(source=one.source.source, policy_id=one.source.id, notes=one.notes)
        for one, judge in zip(in_force, judges, strict=True)
    ]
