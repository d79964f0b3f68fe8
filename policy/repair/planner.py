"""Plans the repair of a registry: model by model, then the near misses.

If there is a model of the name in a near miss, the near miss was probably meant
for that model: it is recreated under the name that was meant, and deleted.
Otherwise it is taken for another tool's tag, and ignored.
"""

from __future__ import annotations

from ..grammar.foreign_tags import globs_for
from ..grammar.names import REPLACEMENTS, TAGS, stops_gto
from ..grammar.near_miss import NearMiss
from ..grammar.tag_name import TagName, parse_tag_name
from ..push import ModelPush
from ..wording import is_utf8
from .model_plan import ModelPlan
from .planned_tags import gto_reads, messages_of
from .steps import RepairPlan, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..push import Tag, TagPush
    from ..verdict import Finding
    from .step_judge import PlanContext


def meant_name(miss: NearMiss) -> TagName | None:
    """The name of the model tag that was probably meant by a near miss; None if that is not clear."""
    name = parse_tag_name(miss.suggestion or _in_ascii(miss.tag))
    return name if isinstance(name, TagName) else None


def gto_accepts_name(tag: str) -> bool:
    """Whether GTO takes the name of a near miss for a model tag's, because it accepts digits of any script."""
    return isinstance(parse_tag_name(_in_ascii(tag)), TagName)


def _in_ascii(tag: str) -> str:
    return "".join(str(int(letter)) if letter.isdecimal() else letter for letter in tag)


def models_to_plan(findings: Iterable[Finding]) -> set[str]:
    """The models (spelled as in tags) whose tags are needed to plan the repair of `findings`."""
    found = set()
    for finding in findings:
        name = parse_tag_name(finding.tag) if finding.tag is not None else None
        if isinstance(name, NearMiss):
            name = meant_name(name)
        if name is not None:
            found.add(name.model)
    return found


def plan_repair(
    pushes: Iterable[ModelPush], findings: Sequence[Finding], ids: Mapping[str, str], context: PlanContext
) -> RepairPlan:
    """The steps after which an audit that found `findings` has as few errors as possible.

    `pushes` create all tags of the `models_to_plan`, and all near misses. `ids`
    maps each ref that has a finding to the id of its object.
    """
    wrong: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity == "error" and finding.ref is not None:
            wrong.setdefault(finding.ref, []).append(finding)
    steps: list[Step] = []
    models: dict[str, ModelPlan] = {}
    misses: list[ModelPush] = []
    for push in pushes:
        if push.model is None:
            misses.append(push)
        else:
            models[push.model] = ModelPlan(push, wrong, context, steps)
    others = _NearMissPlan(models, wrong, context, steps)
    near = [one for push in misses for one in push.pushed if one.ref in wrong]
    for model in models.values():
        model.plan_for_administrator()
    others.plan_for_administrator(near)
    for model in models.values():
        model.plan()
    # A name that GTO reads may become the first tag of a model; other near misses then belong to that model.
    for one in [one for one in near if not others.plan_what_gto_reads(one)]:
        others.plan(one)
    for model in models.values():
        # Again, because a tag may need a version that was added since.
        model.plan()
    steps += _replacements(wrong, ids)
    planned = {step.ref for step in steps} | {one.ref for one in others.ignored}
    left = [one for model in models.values() for one in model.remaining_errors()]
    known = {*models, None}
    left += [one for ref, found in wrong.items() for one in found if ref not in planned and _model_of(ref) not in known]
    return RepairPlan(
        (*(one for one in steps if one.by_administrator), *(one for one in steps if not one.by_administrator)),
        tuple(globs_for([one.tag or "" for one in others.ignored])),
        tuple(others.ignored),
        tuple(sorted(left, key=lambda one: one.ref or "")),
    )


class _NearMissPlan:
    """Plans what happens to near misses, one by one. It adds to `steps` and to `ignored`."""

    def __init__(
        self,
        models: dict[str, ModelPlan],
        wrong: Mapping[str, Sequence[Finding]],
        context: PlanContext,
        steps: list[Step],
    ) -> None:
        self.steps = steps
        self.ignored: list[Finding] = []
        self._models = models
        self._wrong = wrong
        self._context = context

    def plan_for_administrator(self, near: Iterable[TagPush]) -> None:
        """Plan for near misses that GTO reads as versions of deprecated models: a push would end the deprecation."""
        for push in near:
            name = meant_name(push.name) if isinstance(push.name, NearMiss) else None
            model = self._models.get(name.model) if name is not None else None
            if model is None or name is None or push.new is None or not model.is_deprecated or not _is_read(push):
                continue
            commit = self._context.commits.get(push.new.oid)
            if name.kind == "register" and commit is not None:
                next_one = TagName(name.model, "register", model.next_version())
                made = model.recreate_with_date(next_one, commit, push.new)
                if made is not None:
                    self._add_replacement(made, push.new, self._wrong[push.ref])

    def plan_what_gto_reads(self, push: TagPush) -> bool:
        """Plan for a near miss whose name GTO takes for a model tag's, or fails on; False if it does neither."""
        tag, why = push.new, self._wrong[push.ref]
        if tag is None or not isinstance(push.name, NearMiss) or any(step.ref == push.ref for step in self.steps):
            return True
        if stops_gto(push.tag):
            self.steps.append(_drop(tag, why, "GTO fails on the name, for all models."))
        elif _is_read(push):
            self._replace_registration(tag, why, meant_name(push.name))
        elif gto_accepts_name(push.tag) and tag.object is not None:
            self.steps.append(_drop(tag, why, "GTO reads the name in its object instead, or fails on it."))
        else:
            return False
        return True

    def plan(self, push: TagPush) -> None:
        """Plan for a near miss that GTO skips."""
        why = self._wrong[push.ref]
        if push.new is None or not isinstance(push.name, NearMiss):
            return
        name = meant_name(push.name)
        if (
            name is not None
            and name.model in self._models
            and any(self._models[name.model].history().active_registrations())
        ):
            self._replace_or_drop(push.new, why, name)
        elif is_utf8(push.tag):
            self.ignored += why

    def _replace_registration(self, tag: Tag, why: Sequence[Finding], name: TagName | None) -> None:
        """Plan a replacement for a tag that GTO reads as a registration, so that the commit keeps a version."""
        commit = self._context.commits.get(tag.oid)
        if name is None or commit is None or name.kind != "register":
            self.steps.append(_drop(tag, why, "No other tag can say the same, because it names no version."))
            return
        model = self._models.get(name.model)
        if model is None:
            push = ModelPush(name.model, [], [], {}, {})
            model = self._models[name.model] = ModelPlan(push, {}, self._context, self.steps)
        history = model.history()
        crowded = history.versions_at(commit) > 0 and history.has_assignment_tags(commit)
        if crowded or (history.active_version_at(commit) and not history.is_deprecated):
            self.steps.append(_drop(tag, why, "Its commit also has another version, and GTO may fail on that."))
            return
        reviving = not model.is_deprecated
        made = model.make(name, commit, messages_of(tag), known=True, reviving=reviving)
        if made is None:
            next_one = TagName(name.model, "register", model.next_version())
            made = model.make(next_one, commit, messages_of(tag), known=True, reviving=reviving)
        if made is not None:
            self._add_replacement(made, tag, why)

    def _replace_or_drop(self, tag: Tag, why: Sequence[Finding], name: TagName) -> None:
        model = self._models[name.model]
        commit = self._context.commits.get(tag.oid)
        made = None
        if name.kind == "register" and commit is not None:
            made = model.make(name, commit, messages_of(tag))
        if made is not None:
            self._add_replacement(made, tag, why)
        else:
            self.steps.append(_drop(tag, why, model.why_not_recreated(name, commit)))

    def _add_replacement(self, made: Step, tag: Tag, why: Sequence[Finding]) -> None:
        because = f"It is recreated as {made.new_tag}, which GTO reads as that version."
        self.steps.append(made._replace(ref=TAGS + tag.name, oid=tag.oid, why=tuple(why), because=because))


def _is_read(push: TagPush) -> bool:
    return push.new is not None and gto_accepts_name(push.tag) and gto_reads(push.new)


def _drop(tag: Tag, why: Sequence[Finding], because: str) -> Step:
    return Step(TAGS + tag.name, tag.oid, tuple(why), because)


def _replacements(wrong: Mapping[str, Sequence[Finding]], ids: Mapping[str, str]) -> list[Step]:
    because = "Git then shows the original object again, which is the one that was judged."
    return [
        Step(ref, ids[ref], tuple(found), because)
        for ref, found in wrong.items()
        if ref.startswith(REPLACEMENTS) and ref in ids
    ]


def _model_of(ref: str) -> str | None:
    name = parse_tag_name(ref.removeprefix(TAGS)) if ref.startswith(TAGS) else None
    return name.model if isinstance(name, TagName) else ""
