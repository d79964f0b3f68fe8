"""The tags that one model has after the steps planned so far, and its history.

A plan asks for the history once for every wrong tag. So the history is rebuilt
only after the removal of a tag that the registry reads; added tags are added to it.
"""

from __future__ import annotations

from ..registry.event import Event, read_event
from ..registry.history import ModelHistory, greatest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..grammar.tag_name import TagName
    from ..grammar.versions import Precedence
    from ..push import Tag

    # The registration of the greatest active version of each line: (), (major,) and (major, minor).
    Lines = dict[tuple[object, ...], Event]


class TagsAfterSteps:
    """`tags` and `names` map a tag's name to the tag and its parsed name; `names` keeps removed tags."""

    def __init__(self) -> None:
        self.tags: dict[str, Tag] = {}
        self.names: dict[str, TagName] = {}
        self._events: dict[str, Event] = {}
        # The tags that the registry reads, by commit.
        self._at: dict[str, dict[str, Tag]] = {}
        # All tags that name a version, by its precedence.
        self._of: dict[Precedence, dict[str, Tag]] = {}
        self._history: ModelHistory | None = None
        self._lines: Lines | None = None

    def add(self, tag: Tag, name: TagName) -> None:
        """Add `tag`, whose parsed name is `name`, or replace the tag of that name."""
        self.tags[tag.name], self.names[tag.name] = tag, name
        if name.version is not None:
            self._of.setdefault(name.version.precedence, {})[tag.name] = tag
        event = read_event(tag, name)
        if event is None:
            return
        self._events[tag.name] = event
        self._at.setdefault(event.commit, {})[tag.name] = tag
        if self._history is not None:
            self._history.add(event)
            self._add_to_lines(event, self._history)

    def remove(self, tag: Tag) -> None:
        """Remove `tag`."""
        version = self.names[tag.name].version
        del self.tags[tag.name]
        if version is not None:
            del self._of[version.precedence][tag.name]
        event = self._events.pop(tag.name, None)
        if event is not None:
            del self._at[event.commit][tag.name]
            self._history = self._lines = None

    def events(self) -> Iterator[Event]:
        """The events that the registry reads from the tags."""
        yield from self._events.values()

    def history(self) -> ModelHistory:
        """The model's history. The caller must not add to it."""
        if self._history is None:
            self._history = ModelHistory(self.events())
        return self._history

    def on(self, commit: str) -> list[Tag]:
        """The tags on `commit` that the registry reads."""
        return list(self._at.get(commit, {}).values())

    def related(self, name: TagName, commit: str) -> list[Tag]:
        """The tags most likely to conflict with a tag `name` on `commit`.

        They are the tags on that commit, the tags of the same version and of the
        greatest version in each of its lines, and the last deprecation.
        """
        found = dict(self._at.get(commit, {}))
        if name.version is not None:
            greatest = (self.greatest(name.version[:numbers]) for numbers in range(3))
            versions = [name.version, *(event.name.version for event in greatest if event and event.name.version)]
            for version in versions:
                found.update(self._of.get(version.precedence, {}))
        deprecated = self.history().deprecated
        if deprecated is not None:
            found[deprecated.tag] = self.tags[deprecated.tag]
        return list(found.values())

    def greatest(self, line: tuple[object, ...] = ()) -> Event | None:
        """The registration of the greatest active version of a line, such as (1, 2) for v1.2.x; () for all."""
        if self._lines is None:
            by_line: dict[tuple[object, ...], list[Event]] = {}
            for event in self.history().active_registrations():
                for one in _lines_of(event):
                    by_line.setdefault(one, []).append(event)
            self._lines = {one: found for one, events in by_line.items() if (found := greatest_of(events))}
        return self._lines.get(line)

    def _add_to_lines(self, event: Event, history: ModelHistory) -> None:
        if self._lines is None or event.name.version is None:
            return
        if event.name.kind != "register" or not history.is_active(event.name.version, event.commit):
            self._lines = None
            return
        for line in _lines_of(event):
            found = greatest_of([event, *([self._lines[line]] if line in self._lines else [])])
            assert found is not None
            self._lines[line] = found


def _lines_of(event: Event) -> list[tuple[object, ...]]:
    assert event.name.version is not None
    return [event.name.version[:numbers] for numbers in range(3)]


def stages_of(history: ModelHistory) -> dict[str, str]:
    """The current commit of each stage that is not empty."""
    holders = {stage: history.holders(stage) for stage in history.holdings}
    return {stage: events[0].commit for stage, events in holders.items() if events}
