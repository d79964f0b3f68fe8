"""Which entries of `approvals.require` cover what a pushed line does."""

from __future__ import annotations

from ..approvals.quorum import requirements_for
from ..record import Record
from .consequences import lines_of
from .falls_back import stages_falling_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..push import TagPush
    from ..settings import Requirement, Settings
    from .consequences import Line
    from .model_facts import ModelFacts
    from .possible_stages import Act


class Wanted(Record):
    """An entry of `approvals.require`, and the first of a line's acts that it covers."""

    entry: Requirement
    act: Act


class WantedByLine(Record):
    """The entries that cover what a line's new tag does (`made`) and what losing its old tag does (`undone`).

    Both are by the entry's number, counted from 1.
    """

    line: Line
    made: dict[int, Wanted]
    undone: dict[int, Wanted]


def wanted_by_lines(facts: ModelFacts) -> Iterator[WantedByLine]:
    """The approvals that each line of a model's part needs, including those for its side effects on stages."""
    selectors = [entry.covers for entry in facts.settings.approvals.require]
    entries = _Entries(facts.settings, facts.model or "")
    back = stages_falling_back(facts) if any("assign" in one.what for one in selectors) else {}
    for line in lines_of(facts, selectors):
        made: dict[int, Wanted] = {}
        if line.push.new is not None:
            made = entries.covering(((line.own,), *line.made, back.get(line.push.ref, ())))
        yield WantedByLine(line, made, entries.covering(line.undone))


def tagger_of(push: TagPush, facts: ModelFacts) -> str | None:
    """The principal of the new tag's signature; None if the tag has no good one or its object has another name."""
    found = push.new.object if push.new else None
    if found is None or found.signature is None or found.text_after_signature or found.name != push.tag:
        return None
    signature = facts.signatures.get(push.ref)
    return signature.principal if signature else None


class _Entries:
    """Finds the entries that cover acts of one model, by their numbers, and caches them for each group of acts."""

    def __init__(self, settings: Settings, model: str) -> None:
        self._settings = settings
        self._model = model
        # By the id of a group. The group itself is kept so that no other can get the same id.
        self._known: dict[int, tuple[Sequence[Act], dict[int, Wanted]]] = {}

    def covering(self, groups: Sequence[Sequence[Act]]) -> dict[int, Wanted]:
        """The entries that cover an act of `groups`."""
        found: dict[int, Wanted] = {}
        for group in groups:
            if id(group) not in self._known:
                self._known[id(group)] = group, self._look(group)
            for number, wanted in self._known[id(group)][1].items():
                found.setdefault(number, wanted)
        return found

    def _look(self, group: Sequence[Act]) -> dict[int, Wanted]:
        found: dict[int, Wanted] = {}
        for act in group:
            for number, entry in requirements_for(self._settings, act.kind, self._model, act.stage):
                found.setdefault(number, Wanted(entry, act))
        return found
