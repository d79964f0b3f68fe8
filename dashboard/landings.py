"""When tags came and went on a server, by its push log: what `--at` goes by, for all times at once.

Each model tag has a history: what it named when the log began, and what it has
named since when. Of times before the log began the tags' own dates tell.
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
    """`first` is the id that the tag had when the log began, None for none; `later` what it had since when."""

    first: str | None
    later: Sequence[tuple[int, str | None]]


class Landings(Record):
    """`begins` is the second of the log's oldest line; `histories` are by model, as tags spell it, and by tag."""

    begins: int
    histories: Mapping[str, Mapping[str, TagHistory]]


def landings_of(common_dir: str) -> Landings | None:
    """The landings that the log knows of, None where there is no log.

    The lines count in their order, as `tagwarden.server_hooks.log.tags_at` has it:
    one that is dated before the line above it landed after that all the same.
    Raises OSError where the log can't be read.
    """
    begins: int | None = None
    first_line = newest = 0
    first: dict[str, str | None] = {}
    # By tag: the line, the second, and the id that it left.
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
            # What an accepted push left undone never stood.
            for name, _ in _updates(entry):
                later[name] = [one for one in later.get(name, ()) if one[0] != entry.get("of_line")]
    if begins is None:
        return None
    from ..server_hooks.log.tags_in_log import tags_before  # not on Windows, where no server of ours runs

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
    """What the lines say, without those that no hook wrote so."""
    for line in read_lines(os.path.abspath(common_dir)):
        entry = read_entry(line)
        if entry is not None:
            yield entry
