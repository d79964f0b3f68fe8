"""The rules of a registry in their simplest form: in terms of the tags that exist before and after a push.

Shares nothing with the judge but the meaning of the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

EVENT = re.compile(
    r"refs/tags/(?P<model>[a-zA-Z](?:[-/\w=]*\w)?)(?:@(?P<version>v\d+\.\d+\.\d+)|#(?P<stage>[a-z]+))(?P<end>!?)(?:#\d+)?",
    re.ASCII,
)


class Event(NamedTuple):
    """A model tag that can be read."""

    ref: str
    model: str
    version: str | None
    stage: str | None
    ends: bool
    commit: str

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(map(int, (self.version or "v0")[1:].split(".")))


Refs = Mapping[str, str]
Contains = Callable[[str, str], bool]


def events(refs: Refs, tag_objects: Mapping[str, bytes]) -> dict[str, Event]:
    """The refs that are valid model tags."""
    found = {}
    for ref, oid in refs.items():
        match, content = EVENT.fullmatch(ref), tag_objects.get(oid)
        if match and content and f"\ntag {ref.removeprefix('refs/tags/')}\n".encode() in content:
            commit = content[len("object ") : content.index(b"\n")].decode()
            found[ref] = Event(ref, match["model"], match["version"], match["stage"], bool(match["end"]), commit)
    return found


class Landing(NamedTuple):
    """A push's effect: the valid events before and after it, and what the policy requires.

    `on` says whether a commit is on a branch where versions may be registered;
    None means any branch. With `step_by_step`, only a version that was in dev may
    go to prod.
    """

    old: dict[str, Event]
    new: dict[str, Event]
    on: Callable[[str], bool] | None = None
    step_by_step: bool = False

    def registered(self, model: str) -> list[Event]:
        return [event for event in self.new.values() if event.model == model and event.version and not event.ends]

    def versions_on(self, event: Event) -> list[Event]:
        """The other versions of its model on its commit."""
        return [one for one in self.registered(event.model) if one.commit == event.commit and one.ref != event.ref]

    def assigned(self, event: Event, stage: str | None) -> bool:
        """Whether `stage` was ever assigned to the version on the event's commit."""
        here = [one for one in self.new.values() if (one.model, one.commit) == (event.model, event.commit)]
        return any(one.stage == stage and not one.ends for one in here)


def broken(
    before: Refs, after: Refs, tag_objects: Mapping[str, bytes], *, on: Callable[[str], bool] | None, step_by_step: bool
) -> Iterator[str]:
    """What is wrong with the tags that were created, moved or deleted between `before` and `after`."""
    landing = Landing(events(before, tag_objects), events(after, tag_objects), on, step_by_step)
    for ref in landing.old:
        if after.get(ref) != before[ref]:
            yield f"{ref} stood, and was moved or deleted"
    for ref, oid in after.items():
        if EVENT.fullmatch(ref) and before.get(ref) != oid and ref not in landing.new:
            yield f"{ref} is no readable event"
    for ref in landing.new.keys() - landing.old.keys():
        event = landing.new[ref]
        wrong = _wrong_with_a_version if event.version else _wrong_with_a_stage
        yield from (f"{ref} {what}" for what in wrong(event, landing))


def _wrong_with_a_version(event: Event, landing: Landing) -> Iterator[str]:
    here = landing.versions_on(event)
    if event.ends:
        if not any(one.version == event.version for one in here):
            yield "ends a version that is not there"
        return
    ended = {(one.model, one.version) for one in landing.new.values() if one.version and one.ends}
    for one in landing.registered(event.model):
        if one.ref in landing.old and (one.model, one.version) not in ended and one.number >= event.number:
            yield f"is not above {one.ref}, which is active"
    if here:
        yield f"is on the commit of {here[0].ref}"
    if landing.on is not None and not landing.on(event.commit):
        yield "is on no branch where versions belong"


def _wrong_with_a_stage(event: Event, landing: Landing) -> Iterator[str]:
    if not landing.versions_on(event):
        yield "is on a commit without a version"
    if event.ends and not landing.assigned(event, event.stage):
        yield "takes a version out of a stage that it was never in"
    if landing.step_by_step and event.stage == "prod" and not landing.assigned(event, "dev"):
        yield "is for a version that was never in dev"
