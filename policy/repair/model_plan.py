"""Plans the repair of one model's tags.

A push may delete a tag that the registry does not read; if it is clear what the
tag meant, a valid tag replaces it. A tag that the registry reads stays, even if
it breaks rules, unless GTO fails on it: then an administrator must delete it,
because no push may. Each step is judged as the server would judge it, and is
planned only if the server would accept it.
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
from .crowding import excess_registrations
from .planned_tags import DEFAULT, STOPS_GTO, UNWRITTEN, gto_reads, messages_of, new_tag
from .step_judge import StepJudge
from .steps import Step
from .tags_after_steps import TagsAfterSteps, stages_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..grammar.versions import Version
    from ..push import ModelPush, Tag
    from ..verdict import Finding
    from .step_judge import PlanContext


class ModelPlan:
    """The repair of one model. It adds to `steps`, which is shared with the other models of the plan."""

    def __init__(
        self, push: ModelPush, wrong: Mapping[str, Sequence[Finding]], context: PlanContext, steps: list[Step]
    ) -> None:
        """`push` creates every tag of the model. `wrong` maps refs to their errors, and may contain other models'."""
        self.model = push.model or ""
        self.steps = steps
        self._push = push
        self._wrong = {one.ref: wrong[one.ref] for one in push.pushed if one.ref in wrong}
        self._context = context
        self._state = TagsAfterSteps()
        for one in push.pushed:
            if one.new is not None and isinstance(one.name, TagName):
                self._state.add(one.new, one.name)
        self._made = 0
        self._objection = ""
        self._judge = StepJudge(push, context, self._state)

    def plan_for_administrator(self) -> None:
        """Plan what only an administrator can do, because no push may. To be called before `plan`."""
        self._remove_what_stops_gto()
        for tag in self._in_order():
            commit = self._context.commits.get(tag.oid)
            why = self._wrong.get(TAGS + tag.name)
            if why and commit is not None and self._only_gto_reads(tag):
                made = self.recreate_with_date(self._state.names[tag.name], commit, tag)
                if made is not None:
                    because = (
                        "GTO reads it, although it is a tag of a tag. The new tag has the same date, which no push "
                        "could give it."
                    )
                    self.steps.append(made._replace(ref=TAGS + tag.name, oid=tag.oid, why=why, because=because))

    def plan(self) -> None:
        """Plan what pushes can do, again and again until nothing is added: a step may make another one possible."""
        known = -1
        while known < len(self.steps):
            known = len(self.steps)
            for tag in self._in_order():
                why = self._wrong.get(TAGS + tag.name)
                if why and self._state.tags.get(tag.name) == tag and tag.oid != UNWRITTEN and self._may_go(tag):
                    self._replace_or_drop(tag, why)

    def make(
        self, name: TagName, commit: str, messages: Sequence[str], *, known: bool = False, reviving: bool = False
    ) -> Step | None:
        """Plan a new tag, with the first of `messages` that the server accepts.

        Returns a step without the tag that it replaces, or None if the tag would be
        refused, or would change more than the registry reads now. `known`: GTO
        already reads the same from the tag that it replaces. `reviving`: it may
        end a deprecation.
        """
        self._objection = self._objection_to(name, commit, known=known, reviving=reviving)
        if self._objection:
            return None
        for message in filter(is_plain_text, messages):
            # Each tag is dated one second later than the one before, up to the allowed clock skew.
            offset = min(self._made, self._judge.most_ahead)
            tag = new_tag(name, commit, self._context.circumstances.now + offset, message)
            self._objection = self._judge.objection_to_making(tag, name)
            if not self._objection:
                self._state.add(tag, name)
                self._made += 1
                return Step("", "", (), "", tag.name, commit, message, offset)
        return None

    def _objection_to(self, name: TagName, commit: str, *, known: bool, reviving: bool) -> str:
        """Why the new tag would have unwanted effects, which the judge does not look for; "" if it would have none."""
        if name.format() in self._state.tags:
            return f"there is a tag {name.format()!r}"
        if not reviving and self.is_deprecated:
            return f"{gto_spelling(self.model)!r} is deprecated, and a new tag would end that"
        if name.kind != "register":
            return ""
        for tag in () if known else self._state.related(name, commit):
            event = read_event(tag, self._state.names[tag.name])
            if event is None:
                continue
            withdrawn = event.name.kind == "deregister" and event.name.version == name.version
            if withdrawn or (event.name.kind == "unassign" and event.commit == commit):
                return f"{event.tag!r} has withdrawn it"
        if not self.history().has_assignment_tags(commit):
            return ""  # no stage can change
        registration = Event(name.format(), name, commit, self._context.circumstances.now)
        changed = stages_of(self.history()) != stages_of(ModelHistory([*self._state.events(), registration]))
        return "a stage would get another version" if changed else ""

    @property
    def is_deprecated(self) -> bool:
        return self.history().is_deprecated

    def remaining_errors(self) -> list[Finding]:
        """The errors that an audit would still find after the steps."""
        touched = {step.ref for step in self.steps}
        known = {(one.rule, one.ref) for one in self._judge.audit(self._push.pushed)}
        # Errors that depend on libgit2 or on signatures: the judge can't find them again from these facts.
        unseen = (one for found in self._wrong.values() for one in found if (one.rule, one.ref) not in known)
        names = self._state.names
        pushed = [TagPush(TAGS + name, names[name], None, tag) for name, tag in self._state.tags.items()]
        return [*self._judge.audit(pushed), *(one for one in unseen if one.ref not in touched)]

    def history(self) -> ModelHistory:
        """The model's history after the steps. The caller must not add to it."""
        return self._state.history()

    def next_version(self) -> Version:
        """The version after the latest that no tag names, readable or not."""
        latest = self._state.greatest()
        taken = [name.version for name in self._state.names.values() if name.version is not None]
        return next_version(latest.name.version if latest is not None else None, taken)

    def _may_go(self, tag: Tag) -> bool:
        self._objection = self._judge.objection_to_deleting(tag)
        return not self._objection

    def _in_order(self) -> list[Tag]:
        """The tags by their dates, those without a date first; within a second, in the order of a replay."""

        def key(tag: Tag) -> tuple[int, int, object, str]:
            time = tag.object.tagger.time if tag.object is not None and tag.object.tagger is not None else 0
            return place_in_time(Event(tag.name, self._state.names[tag.name], "", time))

        return sorted(self._state.tags.values(), key=key)

    # Tags that no push may delete

    def _remove_what_stops_gto(self) -> None:
        for tag in self._in_order():
            stopping = [finding for finding in self._wrong.get(TAGS + tag.name, ()) if finding.rule in STOPS_GTO]
            if stopping and tag.oid != UNWRITTEN and not self._may_go(tag):
                self._remove_by_administrator(tag, stopping, "GTO fails on it, for all models.")
        names = self._state.names
        events = [event for tag in self._in_order() if (event := read_event(tag, names[tag.name]))]
        for name, because in list(excess_registrations(events)):
            self._remove_by_administrator(self._state.tags[name], self._wrong.get(TAGS + name, ()), because)

    def _remove_by_administrator(self, tag: Tag, why: Sequence[Finding], because: str) -> None:
        self._state.remove(tag)
        self.steps.append(Step(TAGS + tag.name, tag.oid, tuple(why), because, by_administrator=True))

    # Tags that a push may delete

    def _replace_or_drop(self, tag: Tag, why: Sequence[Finding]) -> None:
        name = self._state.names[tag.name]
        commit = self._context.commits.get(tag.oid)
        is_nested = gto_reads(tag) and read_event(tag, name) is None
        if is_nested and (self._only_gto_reads(tag) or self.is_deprecated):
            return  # in GTO, any event after a deprecation ends it
        was_read = read_event(tag, name) is not None
        reviving = not self.is_deprecated
        self._state.remove(tag)
        again = None
        if commit is not None and (was_read or name.kind == "register"):
            messages = messages_of(tag) if self._has_whole_message(tag) else () if was_read else (DEFAULT,)
            again = self.make(name, commit, messages, known=was_read, reviving=reviving)
        step = Step(TAGS + tag.name, tag.oid, why, "")
        if again is not None:
            self.steps.append(
                again._replace(ref=step.ref, oid=step.oid, why=step.why, because=self._why_recreated(name))
            )
        elif was_read and STOPS_GTO.isdisjoint(finding.rule for finding in why):
            self._state.add(tag, name)
        else:
            self.steps.append(step._replace(because=self.why_not_recreated(name, commit)))

    def recreate_with_date(self, name: TagName, commit: str, tag: Tag) -> Step | None:
        """Plan a new tag, made by an administrator, that says what GTO reads from `tag`, with the same date.

        Returns a step without the tag that it replaces. None if the new tag would
        not have the same effect, or if GTO would fail because its commit then had
        two versions and a stage.
        """
        tagger = tag.object.tagger if tag.object is not None else None
        texts = list(filter(is_plain_text, messages_of(tag)))
        if tagger is None or not texts or self._state.tags.get(name.format(), tag) != tag:
            return None
        made = new_tag(name, commit, tagger.time, texts[0])
        event = read_event(made, name)
        if event is None or not self._has_whole_message(tag):
            return None
        history = ModelHistory(self._state.events())
        if any(other.name.version == name.version for other in history.registrations_at.get(commit, ())):
            return None
        history.add(event)
        if history.versions_at(commit) > 1 and history.has_assignment_tags(commit):
            return None
        if name.stage is not None and not history.is_in_force(name.stage, commit):
            return None
        if made.name in self._state.tags:
            self._state.remove(tag)
        self._state.add(made, name)
        return Step("", "", (), "", made.name, commit, texts[0], tagger=tagger, by_administrator=True)

    def _only_gto_reads(self, tag: Tag) -> bool:
        """Whether `tag` is a tag of a tag that has an effect in GTO, which takes the inner tag for a commit.

        Deregistrations and unassignments have none: nothing is registered there.
        """
        name = self._state.names[tag.name]
        return name.kind in ("register", "assign", "deprecate") and gto_reads(tag) and read_event(tag, name) is None

    def _has_whole_message(self, tag: Tag) -> bool:
        """Whether the message was read in full, because it is short enough for the policies."""
        return tag.object is None or tag.object.message_bytes <= self._judge.most_bytes

    def _why_recreated(self, name: TagName) -> str:
        if name.kind != "register":
            return "It is recreated, dated now."
        latest = self._state.greatest()
        shown = latest.name.version if latest is not None else None
        return (
            f"It is recreated, so that GTO reads it; the latest version of {gto_spelling(self.model)} is then {shown}."
        )

    def why_not_recreated(self, name: TagName, commit: str | None) -> str:
        """A sentence on why no tag replaces the deleted one. To be called right after `make` has returned None."""
        if name.kind != "register" or commit is None:
            return "GTO does not read it, so nothing changes in the registry."
        register = shell_command("tagwarden", "register", gto_spelling(self.model), commit)
        return (
            f"GTO does not read it. It is not recreated: {self._objection}. If that commit should be a version, give "
            f"it the next number: {register}"
        )
