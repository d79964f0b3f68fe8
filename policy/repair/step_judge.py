"""Judges each step of a plan as the server would, by the repository's policy and the site's."""

from __future__ import annotations

from ..facts.fix import commit_named
from ..grammar.names import TAGS
from ..judging.judge import Judge
from ..push import TagPush
from ..record import Record
from ..rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..file.policy import Policy
    from ..grammar.tag_name import TagName
    from ..push import Circumstances, ModelPush, Tag, Target
    from ..verdict import Finding
    from .tags_after_steps import TagsAfterSteps

# Rules about the person who will run the script: that person signs, and the server knows who it is.
UP_TO_WHO_RUNS_IT = frozenset(("signed", *(rule for rule, row in RULES.items() if row.needs_pusher)))
# Rules that another tag can satisfy. A breach of any other rule remains, and so does one of version-order:
# a version below the greatest of its line stays below it.
SATISFIED_BY_OTHERS = frozenset(rule for rule, row in RULES.items() if row.depends_on_push and rule != "version-order")
# Rules that compare a registration with all tags of the model; for the others `TagsAfterSteps.related` is enough.
LOOK_AT_ALL = ("version-step", "counter", "artifact", "approved")


class PlanContext(Record):
    """Everything by which the steps of a plan are judged.

    Each step is judged by each of the `policies`, the repository's and the
    site's. `commits` maps the id that a tag's ref names to the commit that it
    peels to, also through tags of tags; `targets` maps a commit's id to what is
    known of that commit.
    """

    policies: Sequence[Policy]
    circumstances: Circumstances
    commits: Mapping[str, str]
    targets: Mapping[str, Target]


class StepJudge:
    """Judges what a plan would do to one model, given the `state` that it has by then."""

    def __init__(self, push: ModelPush, context: PlanContext, state: TagsAfterSteps) -> None:
        """`push` creates every existing tag of the model."""
        self._push = push._replace(targets={**push.targets, **context.targets})
        self._context = context
        self._state = state
        settings = [Judge(policy, context.circumstances).settings_of(push.model) for policy in context.policies]
        self._looks_at_all = any(one.levels[rule] != "off" for one in settings for rule in LOOK_AT_ALL)
        # The longest message, in bytes, that all policies accept.
        self.most_bytes = min(one.message.max_bytes for one in settings)
        # How many seconds ahead a new tag may be dated. The other half is left for the clocks of two machines.
        self.most_ahead = min(one.time.max_skew for one in settings) // 2

    def objection_to_deleting(self, tag: Tag) -> str:
        """Why no push may delete `tag`; "" if one may."""
        # This depends only on the tag itself and on the assignments on its commit.
        update = TagPush(TAGS + tag.name, self._state.names[tag.name], tag, None)
        return _first(self._objections(update, self._state.on(commit_named(tag) or "")))

    def objection_to_making(self, tag: Tag, name: TagName) -> str:
        """Why the server would refuse `tag`, pushed alone by a person who may push it; "" if it would accept it."""
        update = TagPush(TAGS + tag.name, name, None, tag)
        findings = list(self._objections(update, self._state.related(name, commit_named(tag) or "")))
        if self._needs_only_related(name):
            return _first(findings)
        # The related tags are usually enough for a refusal, which avoids judging against all tags.
        refused = _first(one for one in findings if one.rule not in SATISFIED_BY_OTHERS)
        return refused or _first(self._objections(update, list(self._state.tags.values())))

    def audit(self, pushed: Sequence[TagPush]) -> list[Finding]:
        """The errors of an audit of the tags in `pushed`, without duplicates from the second policy."""
        circumstances = self._context.circumstances._replace(place="history", tag_state="landed")
        found: list[Finding] = []
        for policy in self._context.policies:
            known = {(one.rule, one.ref) for one in found}
            errors = _errors(policy, circumstances, self._push._replace(pushed=pushed))
            found += [one for one in errors if (one.rule, one.ref) not in known]
        return found

    def _needs_only_related(self, name: TagName) -> bool:
        """Whether the tags related to a new one are enough to judge it: judging by all takes quadratic time."""
        return name.kind == "register" and name.counter is None and not self._looks_at_all

    def _objections(self, update: TagPush, existing: Sequence[Tag]) -> Iterator[Finding]:
        push = self._push._replace(pushed=[update], existing=existing)
        for policy in self._context.policies:
            yield from _errors(policy, self._context.circumstances, push)


def _errors(policy: Policy, circumstances: Circumstances, push: ModelPush) -> list[Finding]:
    judge = Judge(policy, circumstances)
    judge.judge_model(push)
    return [one for one in judge.findings if one.severity == "error" and one.rule not in UP_TO_WHO_RUNS_IT]


def _first(findings: Iterable[Finding]) -> str:
    return next((one.message for one in findings), "")
