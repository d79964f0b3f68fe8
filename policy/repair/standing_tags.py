"""The tags of one model as they would stand after the steps of a plan so far, and what they add up to.

A plan asks for the history once for every wrong tag. Taking away a tag that the
registry does not read leaves it as it is, and one that is made is added to it,
so that it is seldom put together anew.
"""

from __future__ import annotations

from ..registry.event import Event, read_event
from ..registry.history import ModelHistory, greatest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..grammar.tag_name import TagName
    from ..grammar.versions import Version
    from ..push import Tag

    # The greatest active version of each line: of all, of a major number, of a major and a minor number.
    Lines = Mapping[tuple[object, ...], Event]


class StandingTags:
    """`tags` and `names` are by the tag's name; the name of a tag that was taken away stays known."""

    def __init__(self) -> None:
        self.tags: dict[str, Tag] = {}
        self.names: dict[str, TagName] = {}
        self._events: dict[str, Event] = {}
        self._at: dict[str, dict[str, Tag]] = {}
        self._of: dict[Version, dict[str, Tag]] = {}
        self._history: ModelHistory | None = None
        self._lines: Lines | None = None

    def put(self, tag: Tag, name: TagName) -> None:
        """`tag` stands from now on."""
        self.tags[tag.name], self.names[tag.name] = tag, name
        self._at.setdefault(_target(tag), {})[tag.name] = tag
        if name.version is not None:
            self._of.setdefault(name.version, {})[tag.name] = tag
        event = read_event(tag, name)
        if event is not None:
            self._events[tag.name] = event
            self._lines = None
            if self._history is not None:
                self._history.add(event)

    def take(self, tag: Tag) -> None:
        """`tag` stands no longer."""
        version = self.names[tag.name].version
        del self.tags[tag.name], self._at[_target(tag)][tag.name]
        if version is not None:
            del self._of[version][tag.name]
        if self._events.pop(tag.name, None) is not None:
            self._history = self._lines = None

    def events(self) -> Iterator[Event]:
        """What the registry reads from them."""
        yield from self._events.values()

    def history(self) -> ModelHistory:
        """What their events add up to; not to be added to."""
        if self._history is None:
            self._history = ModelHistory(self.events())
        return self._history

    def on(self, commit: str) -> list[Tag]:
        """Those whose target it is."""
        return list(self._at.get(commit, {}).values())

    def near(self, name: TagName, commit: str) -> list[Tag]:
        """Those that bear most on a tag on `commit`: on that commit, of that version, of the greatest of its lines."""
        found = dict(self._at.get(commit, {}))
        if name.version is not None:
            lines = self._greatest()
            greatest = (lines.get(name.version[:numbers]) for numbers in range(3))
            versions = [name.version, *(event.name.version for event in greatest if event and event.name.version)]
            for version in versions:
                found.update(self._of.get(version, {}))
        return list(found.values())

    def _greatest(self) -> Lines:
        if self._lines is None:
            by_line: dict[tuple[object, ...], list[Event]] = {}
            for event in self.history().active_registrations():
                assert event.name.version is not None
                for numbers in range(3):
                    by_line.setdefault(event.name.version[:numbers], []).append(event)
            self._lines = {line: found for line, events in by_line.items() if (found := greatest_of(events))}
        return self._lines


def stages_of(history: ModelHistory) -> dict[str, str]:
    """The commit that counts in each stage that is held."""
    holders = {stage: history.holders(stage) for stage in history.holdings}
    return {stage: events[0].commit for stage, events in holders.items() if events}


def _target(tag: Tag) -> str:
    return tag.object.target if tag.object is not None else tag.oid
