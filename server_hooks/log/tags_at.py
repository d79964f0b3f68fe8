"""Which tags existed at a given time, according to the push log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...policy.grammar.names import TAGS, model_of_ref
from ...policy.record import Record
from ...repository.past import LoggedTag
from .chain import read_lines
from .line import LANDING
from .reading import is_on_refs, read_entry, seconds_of
from .tags_in_log import tags_before

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


class LoggedTags(Record):
    """`begins` is the second of the oldest line; before the line `back_at`, if any, the server's clock was set back."""

    begins: int
    tags: Mapping[str, LoggedTag]
    back_at: int | None


def tags_in_log_at(common_dir: str, moment: int, models: Collection[str] | None = None) -> LoggedTags | None:
    """The model tags known to the log, of `models` only if given, as they were at the second `moment`.

    Lines are in the order in which the pushes landed, so all of them count up to
    the first one that is later than `moment`. None if there is no log. Raises
    OSError if it can't be read.
    """
    reading = _Reading(moment, models)
    for line in read_lines(common_dir):
        reading.add(line)
    if reading.begins is None:
        return None
    reading.add_before_log(tags_before(common_dir, reading.first))
    return LoggedTags(reading.begins, reading.tags(), reading.back_at)


class _Reading:
    """The state after the lines read so far."""

    def __init__(self, moment: int, models: Collection[str] | None) -> None:
        self._moment = moment
        self._models = models
        self.begins: int | None = None
        self.first = 0
        self.back_at: int | None = None
        self._later = False
        # By tag: the number of the line, and the id that it set.
        self._landed: dict[str, tuple[int, str | None]] = {}
        self._first_old: dict[str, str | None] = {}
        self._moved_later: set[str] = set()

    def add(self, line: bytes) -> None:
        if self.begins is not None and not is_on_refs(line):
            return
        entry = read_entry(line)
        if entry is None:
            return
        time = int(seconds_of(entry))
        if self.begins is None:
            self.begins, self.first = time, entry["line"]
        if entry["outcome"] == "incomplete":
            self._take_back(entry)
        elif entry["outcome"] in LANDING:
            if self._later and time <= self._moment:
                self.back_at = entry["line"]
            self._later = self._later or time > self._moment
            self._land(entry)

    def _land(self, entry: dict[str, Any]) -> None:
        for name, update in self._updates(entry):
            if not self._later:
                self._landed[name] = entry["line"], update["new"]
            else:
                self._first_old.setdefault(name, update["old"])
                self._moved_later.add(name)

    def _take_back(self, entry: dict[str, Any]) -> None:
        """Undo updates that never landed, no matter when the settlement noticed that."""
        for name, update in self._updates(entry):
            line, _ = self._landed.get(name, (None, None))
            if line == entry.get("of_line"):
                self._landed[name] = entry["line"], update["old"]

    def _updates(self, entry: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
        for update in entry["updates"]:
            if self._is_wanted(update["ref"]):
                yield update["ref"][len(TAGS) :], update

    def add_before_log(self, tags: Iterable[tuple[str, str]]) -> None:
        """Add tags that existed before the log began; they count unless a line says otherwise."""
        for ref, oid in tags:
            if self._is_wanted(ref):
                self._first_old.setdefault(ref[len(TAGS) :], oid)

    def _is_wanted(self, ref: str) -> bool:
        model = model_of_ref(ref)
        return model is not None and (self._models is None or model in self._models)

    def tags(self) -> dict[str, LoggedTag]:
        ids = self._first_old | {name: oid for name, (_, oid) in self._landed.items()}
        return {name: LoggedTag(oid, name in self._moved_later) for name, oid in ids.items()}
