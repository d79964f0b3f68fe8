"""Plans the repair of one model's tags: pure, on what was read of them.

A tag that the registry does not read may be deleted by a push; where it is plain
what it meant, a good tag takes its place. One that is read stays, whatever is
wrong with it, unless GTO fails on it: then an administrator has to take it
away, for no push may. Each step is put before the judge, as the server would
judge it, and is not planned where it would be refused.
"""

from __future__ import annotations

from ..grammar.names import TAGS, gto_spelling
from ..grammar.tag_name import TagName
from ..push import TagPush
from ..registry.event import Event, read_event
from ..registry.history import ModelHistory
from ..registry.next_version import next_version
from ..registry.replay import place_in_time
from ..wording import is_plain_text, shell_command
from .crowding import one_too_many
from .planned_tags import DEFAULT, STOPS_GTO, UNWRITTEN, gto_reads, messages_of, new_tag
from .standing_tags import StandingTags, stages_of
from .step_judge import StepJudge
from .steps import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..grammar.versions import Version
    from ..push import ModelPush, Tag
    from ..verdict import Finding
    from .step_judge import Ground


class ModelPlan:
    """One model: its tags as they would stand after the `steps` so far, which all models of a plan share."""

    def __init__(
        self, push: ModelPush, wrong: Mapping[str, Sequence[Finding]], ground: Ground, steps: list[Step]
    ) -> None:
        """`push` creates every tag of the model; `wrong` are the errors by ref, those of other models among them."""
        self.model = push.model or ""
        self.steps = steps
        self._push = push
        self._wrong = {one.ref: wrong[one.ref] for one in push.pushed if one.ref in wrong}
        self._ground = ground
        self._standing = StandingTags()
        for one in push.pushed:
            if one.new is not None and isinstance(one.name, TagName):
                self._standing.add(one.new, one.name)
        self._made = 0
        self._objection = ""
        self._judge = StepJudge(push, ground, self._standing)

    def plan_for_administrator(self) -> None:
        """Find what no push may do. It is done first."""
        self._take_away_what_stops_gto()
        for tag in self._in_order():
            commit = self._ground.commits.get(tag.oid)
            why = self._wrong.get(TAGS + tag.name)
            if why and commit is not None and self._is_heeded_by_gto_alone(tag):
                made = self.have_made(self._standing.names[tag.name], commit, tag)
                if made is not None:
                    because = "GTO reads it, though it is a tag of a tag. It keeps its date, which no push may give it."
                    self.steps.append(made._replace(ref=TAGS + tag.name, oid=tag.oid, why=why, because=because))

    def plan(self) -> None:
        """Find what pushes can do. One step may open the way for another."""
        known = -1
        while known < len(self.steps):
            known = len(self.steps)
            for tag in self._in_order():
                why = self._wrong.get(TAGS + tag.name)
                if why and self._standing.tags.get(tag.name) == tag and tag.oid != UNWRITTEN and self._may_go(tag):
                    self._replace_or_drop(tag, why)

    def make(
        self, name: TagName, commit: str, messages: Sequence[str], *, known: bool = False, reviving: bool = False
    ) -> Step | None:
        """The half of a step that makes the tag, with the first of `messages` that will do; it stands from now on.

        None where it would be refused, or would change what GTO reads: `known`, GTO reads it already; `reviving`, it
        may take back a deprecation.
        """
        self._objection = self._objection_to(name, commit, known=known, reviving=reviving)
        if self._objection:
            return None
        for message in filter(is_plain_text, messages):
            # Each a second later than the one before, as long as no clock takes that for the future.
            offset = min(self._made, self._judge.most_ahead)
            tag = new_tag(name, commit, self._ground.circumstances.now + offset, message)
            self._objection = self._judge.objection_to_making(tag, name)
            if not self._objection:
                self._standing.add(tag, name)
                self._made += 1
                return Step("", "", (), "", tag.name, commit, message, offset)
        return None

    def _objection_to(self, name: TagName, commit: str, *, known: bool, reviving: bool) -> str:
        """What the judge would not object to, and would change more than the tag says; "" for nothing."""
        if name.format() in self._standing.tags:
            return f"there is a tag {name.format()!r}"
        if not reviving and self.is_deprecated:
            return f"{gto_spelling(self.model)!r} is deprecated, which a new tag would take back"
        if name.kind != "register":
            return ""
        for tag in () if known else self._standing.related(name, commit):
            event = read_event(tag, self._standing.names[tag.name])
            if event is None:
                continue
            withdrawn = event.name.kind == "deregister" and event.name.version == name.version
            if withdrawn or (event.name.kind == "unassign" and event.commit == commit):
                return f"{event.tag!r} takes back what it would bring"
        if not self.history().has_assignment_tags(commit):
            return ""  # it holds no stage
        registration = Event(name.format(), name, commit, self._ground.circumstances.now)
        changed = stages_of(self.history()) != stages_of(ModelHistory([*self._standing.events(), registration]))
        return "a stage would change hands" if changed else ""

    @property
    def is_deprecated(self) -> bool:
        return self.history().is_deprecated

    def left(self) -> list[Finding]:
        """The errors of an audit after the steps."""
        touched = {step.ref for step in self.steps}
        known = {(one.rule, one.ref) for one in self._judge.audit(self._push.pushed)}
        # What GTO's own library or a signature tells, the judge does not find by itself.
        unseen = (one for found in self._wrong.values() for one in found if (one.rule, one.ref) not in known)
        names = self._standing.names
        pushed = [TagPush(TAGS + name, names[name], None, tag) for name, tag in self._standing.tags.items()]
        return [*self._judge.audit(pushed), *(one for one in unseen if one.ref not in touched)]

    def history(self) -> ModelHistory:
        """The model's history after the steps; not to be added to."""
        return self._standing.history()

    def next_version(self) -> Version:
        """The version after the latest, no tag's number, whether it is read or not."""
        latest = self._standing.greatest()
        taken = [name.version for name in self._standing.names.values() if name.version is not None]
        return next_version(latest.name.version if latest is not None else None, taken)

    def _may_go(self, tag: Tag) -> bool:
        self._objection = self._judge.objection_to_deleting(tag)
        return not self._objection

    def _in_order(self) -> list[Tag]:
        """By time, what bears none first; within one second as a push would be replayed, the lower version first."""

        def key(tag: Tag) -> tuple[int, int, object, str]:
            time = tag.object.tagger.time if tag.object is not None and tag.object.tagger is not None else 0
            return place_in_time(Event(tag.name, self._standing.names[tag.name], "", time))

        return sorted(self._standing.tags.values(), key=key)

    # What no push may delete

    def _take_away_what_stops_gto(self) -> None:
        for tag in self._in_order():
            stopping = [finding for finding in self._wrong.get(TAGS + tag.name, ()) if finding.rule in STOPS_GTO]
            if stopping and tag.oid != UNWRITTEN and not self._may_go(tag):
                self._take_away(tag, stopping, "GTO fails on it, for all models.")
        names = self._standing.names
        events = [event for tag in self._in_order() if (event := read_event(tag, names[tag.name]))]
        for name, because in list(one_too_many(events)):
            self._take_away(self._standing.tags[name], self._wrong.get(TAGS + name, ()), because)

    def _take_away(self, tag: Tag, why: Sequence[Finding], because: str) -> None:
        self._standing.remove(tag)
        self.steps.append(Step(TAGS + tag.name, tag.oid, tuple(why), because, by_administrator=True))

    # What a push may delete

    def _replace_or_drop(self, tag: Tag, why: Sequence[Finding]) -> None:
        name = self._standing.names[tag.name]
        commit = self._ground.commits.get(tag.oid)
        is_nested = gto_reads(tag) and read_event(tag, name) is None
        if is_nested and (self._is_heeded_by_gto_alone(tag) or self.is_deprecated):
            return  # for GTO, what happens after a deprecation takes it back
        was_read = read_event(tag, name) is not None
        reviving = not self.is_deprecated
        self._standing.remove(tag)
        again = None
        if commit is not None and (was_read or name.kind == "register"):
            messages = messages_of(tag) if self._is_whole(tag) else () if was_read else (DEFAULT,)
            again = self.make(name, commit, messages, known=was_read, reviving=reviving)
        step = Step(TAGS + tag.name, tag.oid, why, "")
        if again is not None:
            self.steps.append(again._replace(ref=step.ref, oid=step.oid, why=step.why, because=self._made_again(name)))
        elif was_read and STOPS_GTO.isdisjoint(finding.rule for finding in why):
            self._standing.add(tag, name)
        else:
            self.steps.append(step._replace(because=self.not_made_again(name, commit)))

    def have_made(self, name: TagName, commit: str, tag: Tag) -> Step | None:
        """The half of a step by which an administrator has the tag say what GTO reads from it, of the same date.

        None where GTO would fail on two versions of a commit that has a stage, or where it would not say the same.
        """
        tagger = tag.object.tagger if tag.object is not None else None
        texts = list(filter(is_plain_text, messages_of(tag)))
        if tagger is None or not texts or self._standing.tags.get(name.format(), tag) != tag:
            return None
        made = new_tag(name, commit, tagger.time, texts[0])
        event = read_event(made, name)
        if event is None or not self._is_whole(tag):
            return None
        history = ModelHistory(self._standing.events())
        if any(other.name.version == name.version for other in history.registrations_at.get(commit, ())):
            return None
        history.add(event)
        if history.versions_at(commit) > 1 and history.has_assignment_tags(commit):
            return None
        if name.stage is not None and not history.is_in_force(name.stage, commit):
            return None
        if made.name in self._standing.tags:
            self._standing.remove(tag)
        self._standing.add(made, name)
        return Step("", "", (), "", made.name, commit, texts[0], tagger=tagger, by_administrator=True)

    def _is_heeded_by_gto_alone(self, tag: Tag) -> bool:
        """Whether GTO goes by a tag of a tag, which it takes for a commit. What takes back finds nothing there."""
        name = self._standing.names[tag.name]
        return name.kind in ("register", "assign", "deprecate") and gto_reads(tag) and read_event(tag, name) is None

    def _is_whole(self, tag: Tag) -> bool:
        """Whether all of the message was read."""
        return tag.object is None or tag.object.message_bytes <= self._judge.most_bytes

    def _made_again(self, name: TagName) -> str:
        if name.kind != "register":
            return "It is made again, dated now."
        latest = self._standing.greatest()
        shown = latest.name.version if latest is not None else None
        return (
            f"It is made again, so that GTO reads it; the latest version of {gto_spelling(self.model)} is then {shown}."
        )

    def not_made_again(self, name: TagName, commit: str | None) -> str:
        """Why no tag takes the place of one that goes; to be asked right after `make`."""
        if name.kind != "register" or commit is None:
            return "GTO does not read it, so nothing changes for those who read the registry."
        register = shell_command("tagwarden", "register", gto_spelling(self.model), commit)
        return (
            f"GTO does not read it. It is not made again: {self._objection}. Should that commit be a version, give it "
            f"the next number: {register}"
        )
