"""Judges tags, and checks that GTO's own library (libgit2) can read those that tagwarden can."""

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
    """A judge that also reads each tag with libgit2, for commands that may take longer: `audit` and `check`.

    If the library can't read a tag, that breaks the rule that should have refused the tag, with the severity that the
    policy gives that rule. If the library can't open the repository, the verdict has a note.
    """

    def __init__(self, policy: Policy, circumstances: Circumstances, *, git: Git, verify: Verify | None = None) -> None:
        """`git` is the repository with the objects of the tags."""
        super().__init__(policy, circumstances, verify=verify)
        opened = open_consumer_view(git)
        self._view = opened if isinstance(opened, ConsumerView) else None
        self.note = opened if isinstance(opened, str) else None

    def judge_model(self, push: ModelPush) -> None:
        """As `Judge.judge_model`; then also read the pushed tags with the library."""
        super().judge_model(push)
        self.read_with_library(push)

    def read_with_library(self, push: ModelPush) -> None:
        """Read the pushed tags with the library; a finding for each that it can't read. Runs no rule."""
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
        """As `Judge.verdict`, with a note if the library could not open the repository."""
        if self.note is not None:
            notes = [*notes, self.note]
        return super().verdict(source=source, policy_id=policy_id, notes=notes)


class LibraryJudge(ConsumerJudge):
    """Runs no rule; it only finds what the library can't read."""

    def judge_model(self, push: ModelPush) -> None:
        """Read the pushed tags with the library."""
        self.judged += len(push.pushed)
        self.read_with_library(push)


def _difference(
    pushed: TagPush, push: ModelPush, settings: Settings, view: ConsumerView, rules: Sequence[str]
) -> Difference | None:
    """What the library can't read of a tag; None if nothing, or if tagwarden has found the tag defective itself."""
    tag = pushed.new
    found = tag.object if tag is not None else None
    if tag is None or found is None or found.defects or not found.readable:
        return None
    # We did not read a larger message to its end, and it may not fit into memory.
    if found.message_bytes > settings.message.max_bytes:
        return None
    target = push.targets.get(found.target)
    if target is None or not target.readable:
        return None
    if target.shape is None or not target.shape.whole:
        rules = [rule for rule in rules if rule != "target-tree"]
    return view.difference(tag, target.commit, rules)
