"""Plans the repair of what an audit has found: reads the tags, and calls `policy/repair/`."""

from __future__ import annotations

import contextlib
import time

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.grammar.near_miss import NearMiss
from ...policy.grammar.tag_name import parse_tag_name
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, ModelPush, RefUpdate
from ...policy.repair.planned_tags import new_tag
from ...policy.repair.planner import meant_name, models_to_plan, plan_repair
from ...policy.repair.step_judge import PlanContext
from ..git.program import GitProgram
from .pipeline import judge_updates
from .targets import read_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...policy.file.policy import Policy
    from ...policy.grammar.tag_name import TagName
    from ...policy.push import TagPush
    from ...policy.repair.steps import RepairPlan
    from ...policy.verdict import Verdict
    from ..git.command import Git
    from ..trusted.loaded_policy import LoadedPolicy


def plan_of(
    git: Git, loaded: LoadedPolicy, site: LoadedPolicy | None, verdict: Verdict, ids: Mapping[str, str]
) -> RepairPlan:
    """The plan for the errors of an audit; `ids` maps each ref with a finding to its object id.

    Each step also complies with the `site` policy, if there is one. Raises CannotJudge if the repository can't be read.
    """
    findings = [finding for finding in verdict.findings if finding.severity == "error"]
    wanted = models_to_plan(findings)
    circumstances = Circumstances(
        int(time.time()), "client", declared_stages=loaded.declared_stages, tag_state="planned"
    )
    policies = [loaded.policy] if site is None else [loaded.policy, site.policy]
    of_existing = circumstances._replace(place="history", tag_state="landed")
    collector = _Collector(loaded.policy, of_existing)
    # One for each policy, because policies need different facts about commits; all collect the same pushes.
    collectors = [collector, *(_Collector(policy, of_existing) for policy in policies[1:])]
    reader = GitProgram(git)
    try:
        updates = [
            RefUpdate(None, tag.oid, TAGS + tag.name) for tag in reader.all_tags() if _is_wanted(tag.name, wanted)
        ]
        judge_updates(updates, reader, collectors, existing={})
        wrong = {finding.ref for finding in findings}
        bad = [one for push in collector.pushes for one in push.pushed if one.ref in wrong]
        commits = _commits_of(bad, git)
        would_be = [
            ModelPush(name.model, [one._replace(new=new_tag(name, commits[one.new.oid], 0, ""))], [], {}, {})
            for one in bad
            if one.new is not None and one.new.oid in commits and (name := _name_of(one)) is not None
        ]
        targets = read_targets(would_be, [], reader, collectors, lambda *_: True)
    finally:
        reader.close()
    context = PlanContext(policies, circumstances, commits, targets)
    return plan_repair(collector.pushes, findings, ids, context)


def _name_of(push: TagPush) -> TagName | None:
    return meant_name(push.name) if isinstance(push.name, NearMiss) else push.name


def _commits_of(pushes: Iterable[TagPush], git: Git) -> dict[str, str]:
    """The commit that each tag finally points at, also through a tag of a tag; by the id that its ref names."""
    found = {}
    for push in pushes:
        tag = push.new
        if tag is None:
            continue
        if tag.type == "commit":
            found[tag.oid] = tag.oid
        elif tag.object is not None and tag.object.target_type == "commit":
            found[tag.oid] = tag.object.target
        elif tag.object is not None and tag.object.target_type == "tag":
            # A tag of a tag may point at something other than a commit, or at nothing.
            with contextlib.suppress(CannotJudge):
                found[tag.oid] = git.line("rev-parse", "--verify", "--quiet", f"{tag.oid}^{{commit}}")
    return found


def _is_wanted(tag: str, models: set[str]) -> bool:
    name = parse_tag_name(tag)
    return name is not None and (isinstance(name, NearMiss) or name.model in models)


class _Collector(Judge):
    """A judge that judges nothing, and only collects the model pushes."""

    def __init__(self, policy: Policy, circumstances: Circumstances) -> None:
        super().__init__(policy, circumstances)
        self.pushes: list[ModelPush] = []

    def judge_model(self, push: ModelPush) -> None:
        """Collect one model's part of the push."""
        self.pushes.append(push)
