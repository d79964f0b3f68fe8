"""Puts each step of a plan before the judge, as the server would, under the repository's policy and the site's."""

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
    from .standing_tags import StandingTags

# Whoever runs the script signs, and is known to the server.
UP_TO_WHO_RUNS_IT = frozenset(("signed", *(rule for rule, row in RULES.items() if row.needs_pusher)))
# More tags may make right what these find. What other rules find stays wrong, and a version that is not above the
# greatest of its line is so whatever else is there.
MAY_BE_HELPED = frozenset(rule for rule, row in RULES.items() if row.helped and rule != "version-order")
# These hold a registration against all that the model has; the others, against what `StandingTags.related` names.
LOOK_AT_ALL = ("version-step", "counter", "artifact", "approved")


class Ground(Record):
    """Everything by which the steps of a plan are judged.

    Each step is judged by each of the `policies`, the repository's and the site's, in the `circumstances`. `commits`
    are those that tags come to in the end, by the id that the ref names, for tags of tags, too; `targets` is what is
    known of commits.
    """

    policies: Sequence[Policy]
    circumstances: Circumstances
    commits: Mapping[str, str]
    targets: Mapping[str, Target]


class StepJudge:
    """Judges what a plan would do to one model, while the tags `standing` stand."""

    def __init__(self, push: ModelPush, ground: Ground, standing: StandingTags) -> None:
        """`push` creates every tag of the model that there is."""
        self._push = push._replace(targets={**push.targets, **ground.targets})
        self._ground = ground
        self._standing = standing
        settings = [Judge(policy, ground.circumstances).settings_of(push.model) for policy in ground.policies]
        self._looks_at_all = any(one.levels[rule] != "off" for one in settings for rule in LOOK_AT_ALL)
        # The longest message, in bytes, that all of the policies let in.
        self.most_bytes = min(one.message.max_bytes for one in settings)
        # How many seconds ahead a new tag may be dated, where the clocks of two machines may differ.
        self.most_ahead = min(one.time.max_skew for one in settings) // 2

    def objection_to_deleting(self, tag: Tag) -> str:
        """Why no push may delete `tag`; "" where one may."""
        # That depends on the tag itself, and on the stages that were assigned on its commit.
        update = TagPush(TAGS + tag.name, self._standing.names[tag.name], tag, None)
        return _first(self._objections(update, self._standing.on(commit_named(tag) or "")))

    def objection_to_making(self, tag: Tag, name: TagName) -> str:
        """Why the server would refuse `tag`, pushed alone by somebody who may push it; "" where it would not."""
        update = TagPush(TAGS + tag.name, name, None, tag)
        findings = list(self._objections(update, self._standing.related(name, commit_named(tag) or "")))
        if self._is_told_by_few(name):
            return _first(findings)
        # Most that are refused are refused for these few already, whatever else there is.
        refused = _first(one for one in findings if one.rule not in MAY_BE_HELPED)
        return refused or _first(self._objections(update, list(self._standing.tags.values())))

    def audit(self, pushed: Sequence[TagPush]) -> list[Finding]:
        """The errors that an audit finds where these tags stand; what both policies find is told once."""
        circumstances = self._ground.circumstances._replace(place="history", written="standing")
        found: list[Finding] = []
        for policy in self._ground.policies:
            known = {(one.rule, one.ref) for one in found}
            errors = _errors(policy, circumstances, self._push._replace(pushed=pushed))
            found += [one for one in errors if (one.rule, one.ref) not in known]
        return found

    def _is_told_by_few(self, name: TagName) -> bool:
        """Whether the tags near a new one tell as much as all: to ask all for each takes the square of the time."""
        return name.kind == "register" and name.counter is None and not self._looks_at_all

    def _objections(self, update: TagPush, existing: Sequence[Tag]) -> Iterator[Finding]:
        push = self._push._replace(pushed=[update], existing=existing)
        for policy in self._ground.policies:
            yield from _errors(policy, self._ground.circumstances, push)


def _errors(policy: Policy, circumstances: Circumstances, push: ModelPush) -> list[Finding]:
    judge = Judge(policy, circumstances)
    judge.judge_model(push)
    return [one for one in judge.findings if one.severity == "error" and one.rule not in UP_TO_WHO_RUNS_IT]


def _first(findings: Iterable[Finding]) -> str:
    return next((one.message for one in findings), "")
