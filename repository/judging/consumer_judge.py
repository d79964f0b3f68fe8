"""Judges tags, and asks GTO's own library whether it can read those with which our own reading finds no fault."""

from __future__ import annotations

from ...policy.grammar.tag_name import TagName
from ...policy.judging.judge import Judge
from ...policy.verdict import Breach
from .consumer_view import RULES_ON_READING, ConsumerView, open_consumer_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ...policy.push import Circumstances, ModelPush, TagPush
    from ...policy.settings import Settings
    from ...policy.verdict import Verdict
    from ..git.command import Git
    from .consumer_view import Difference


class ConsumerJudge(Judge):
    """A judge for who can wait for libgit2: `tagwarden audit` and `tagwarden check`.

    What the library can't read breaks the rule that should have said so, at
    the severity that the policy gives it. Where the library can't open the
    repository, the verdict has a note of it.
    """

    def __init__(self, policy: Policy, circumstances: Circumstances, *, git: Git, verify: Verify | None = None) -> None:
        """`git` runs in the repository that holds the judged objects."""
        super().__init__(policy, circumstances, verify=verify)
        opened = open_consumer_view(git)
        self._view = opened if isinstance(opened, ConsumerView) else None
        self.note = opened if isinstance(opened, str) else None

    def judge_model(self, push: ModelPush) -> None:
        """As any judge; then hold the pushed tags against the library's view."""
        super().judge_model(push)
        self.look_at(push)

    def look_at(self, push: ModelPush) -> None:
        """Hold the tags that are pushed against the library's view, and ask no rule."""
        if self._view is None:
            return
        settings = self.settings_of(push.model)
        rules = [rule for rule in RULES_ON_READING if settings.levels[rule] != "off"]
        if not rules:
            return
        for one in push.pushed:
            if isinstance(one.name, TagName) and not self.policy.ignores(one.tag):
                difference = _difference(one, push, settings, self._view, rules)
                if difference is not None:
                    message = f"{one.tag!r}: GTO's own library (libgit2) {difference.why}"
                    breach = Breach(message, one.ref, push.model, f"rules.{difference.rule}")
                    self._take(difference.rule, self._level(difference.rule, settings), [breach])

    def verdict(self, *, source: str, policy_id: str | None, notes: Sequence[str] = ()) -> Verdict:
        """The verdict on all that was handed in, as any judge's."""
        if self.note is not None:
            notes = [*notes, self.note]
        return super().verdict(source=source, policy_id=policy_id, notes=notes)


class LookingJudge(ConsumerJudge):
    """Asks no rule at all, and finds nothing but what the library can't read."""

    def judge_model(self, push: ModelPush) -> None:
        """Hold the pushed tags against the library's view."""
        self.judged += len(push.pushed)
        self.look_at(push)


def _difference(
    pushed: TagPush, push: ModelPush, settings: Settings, view: ConsumerView, rules: Sequence[str]
) -> Difference | None:
    """What the library can't read of a tag in which our own reading found no fault."""
    tag = pushed.new
    found = tag.object if tag is not None else None
    if tag is None or found is None or found.defects or not found.readable:
        return None
    # A larger message was not read to its end here, and need not fit into the memory.
    if found.message_bytes > settings.message.max_bytes:
        return None
    target = push.targets.get(found.target)
    if target is None or not target.readable:
        return None
    if target.shape is None or not target.shape.whole:
        rules = [rule for rule in rules if rule != "target-tree"]
    return view.difference(tag, target.commit, rules)
