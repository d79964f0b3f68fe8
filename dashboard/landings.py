"""When tags came and went on a server according to its push log: as for `--at`, but for all times at once.

Each model tag has a history: the object that it named when the log began, and
the later ones with their times. Before the log began, the tags' own dates count.
"""

from __future__ import annotations

import os
from typing import Any

from ..policy.grammar.names import TAGS, model_of_ref
from ..policy.record import Record
from ..server_hooks.log.chain import read_lines
from ..server_hooks.log.line import LANDING
from ..server_hooks.log.reading import read_entry, seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class TagHistory(Record):
    """`first` is the tag's id when the log began, None if it did not exist; `later` are (second, id or None)."""

    first: str | None
    later: Sequence[tuple[int, str | None]]


class Landings(Record):
    """`begins` is the second of the log's oldest line; `histories` are by model, as tags spell it, and by tag."""

    begins: int
    histories: Mapping[str, Mapping[str, TagHistory]]


def landings_of(common_dir: str) -> Landings | None:
    """The histories of all tags in the log, None if there is no log.

    Lines count in the order of the log, as in `tagwarden.server_hooks.log.tags_at`:
    a line that is dated before the line above it still landed after it. Raises
    OSError if the log can't be read.
    """
    begins: int | None = None
    first_line = newest = 0
    first: dict[str, str | None] = {}
    # By tag: the number of the line, its second, and the id that it set.
    later: dict[str, list[tuple[int, int, str | None]]] = {}
    for entry in _entries(common_dir):
        second = int(seconds_of(entry))
        if begins is None:
            begins, first_line = second, entry["line"]
        if entry["outcome"] in LANDING:
            newest = max(newest, second)
            for name, update in _updates(entry):
                first.setdefault(name, update["old"])
                later.setdefault(name, []).append((entry["line"], newest, update["new"]))
        elif entry["outcome"] == "incomplete":
            # Undo updates of an accepted push that never landed.
            for name, _ in _updates(entry):
                later[name] = [one for one in later.get(name, ()) if one[0] != entry.get("of_line")]
    if begins is None:
        return None
    from ..server_hooks.log.tags_in_log import tags_before  # not on Windows, where no server runs

    for ref, stood in tags_before(common_dir, first_line):
        first.setdefault(ref.removeprefix(TAGS), stood)
    histories: dict[str, dict[str, TagHistory]] = {}
    for name, oid in first.items():
        model = model_of_ref(TAGS + name)
        if model is not None:
            changes = [(second, new) for _, second, new in later.get(name, ())]
            histories.setdefault(model, {})[name] = TagHistory(oid, changes)
    return Landings(begins, histories)


def _updates(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for update in entry["updates"]:
        if update["ref"].startswith(TAGS):
            yield update["ref"][len(TAGS) :], update


def _entries(common_dir: str) -> Iterator[dict[str, Any]]:
    """The entries in the lines, without those that no hook can have written."""
    for line in read_lines(os.path.abspath(common_dir)):
        entry = read_entry(line)
        if entry is not None:
            yield entry
