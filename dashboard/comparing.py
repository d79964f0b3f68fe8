"""Any two versions of a model side by side, as `tagwarden diff` has them: worked out here, looked up by the page.

There are too many pairs of versions to write each out. So each thing that
versions hold has its different values once, and the place of each version's
value among them. Two versions differ where their places do.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

from ..contents.difference import compared, is_number, trailers_by_key
from ..contents.rows import change_text, short_text
from ..policy.record import Record
from .drawings import number_of
from .records import ComparedItem, Comparison
from .wording import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..contents.record import Contents
    from ..repository.git.between import Lineage

    # What stands at a path in the older and in the newer of two commits, by the two commits.
    Steps = Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]

# So many files of code, and so many figures of how numbers differ, are in the page of a model.
MOST_FILES = 50
MOST_PLACES = 20_000
MOST_FIGURES = 12_000
# How many commits lie between is told of so many versions.
MOST_COMMITS = 60
ORDER = ("artifact", "data", "code", "command", "param", "metric", "trailer")


class Compared(Record):
    """A version as it is compared."""

    contents: Contents | None
    trailers: Sequence[tuple[str, str]]
    commit: str


def steps_of(commits: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of commits of which `comparison_of` wants the files that are different."""
    return [(old, new) for old, new in pairwise(dict.fromkeys(commits))]


def comparison_of(
    versions: Sequence[Compared], better: Mapping[str, str], lineage: Lineage | None, steps: Steps | None
) -> Comparison:
    """All that the versions hold, each in its place; `better` is the policy's opinion on metrics."""
    left = [MOST_FIGURES]
    items = [
        _compared_item(what, name, values, better.get(name) if what == "metric" else None, left)
        for (what, name), values in _columns(versions).items()
    ]
    commits = [one.commit for one in versions]
    distinct = [*dict.fromkeys(commits)]
    notes = [] if left[0] >= 0 else ["By how much numbers differ is told of some only: there are too many versions."]
    code: list[ComparedItem] = []
    place_of = {commit: place for place, commit in enumerate(distinct)}
    places = [place_of[commit] for commit in commits]
    if steps is not None and not all(one.contents is not None and one.contents.code for one in versions):
        files, left_out = _files(distinct, steps)
        code = [
            _compared_item("code", path, [at[place] for place in places], None, left)._replace(texts=())
            for path, at in files.items()
        ]
        if left_out:
            notes.append(f"Of the files of the commits {left_out} more are not the same everywhere.")
    added = lineage.added(distinct) if lineage is not None and len(distinct) <= MOST_COMMITS else ()
    ordered = [one for one in items if one.what in ("artifact", "data", "code")]
    return Comparison([*ordered, *code, *(one for one in items if one not in ordered)], places, added, notes)


def _columns(versions: Sequence[Compared]) -> dict[tuple[str, str], list[Any]]:
    """By what it is and its name each thing, with its value in each version, None where it is missing."""
    held = [one.contents for one in versions]
    several = {what: _several(held, what) for what in ("params", "metrics")}
    rows: list[dict[tuple[str, str], Any]] = []
    for one, contents in zip(versions, held, strict=True):
        row = dict(_pieces(contents)) if contents is not None else {}
        for what, plural in (("param", "params"), ("metric", "metrics")):
            for stated in getattr(contents, plural, ()):
                twice = stated.name in several[plural]
                row[what, f"{stated.told_by}:{stated.name}" if twice else stated.name] = stated.value
        if contents is not None and contents.command is not None:
            row["command", contents.command.name] = contents.command.value
        row.update((("trailer", key), value) for key, value in trailers_by_key(one.trailers).items())
        rows.append(row)
    names = sorted(dict.fromkeys(key for row in rows for key in row), key=lambda key: ORDER.index(key[0]))
    return {key: [row.get(key) for row in rows] for key in names}


def _several(held: Sequence[Contents | None], what: str) -> set[str]:
    """The names of parameters or metrics that several files of a version have: only with the file they mean one."""
    counts = (Counter(stated.name for stated in getattr(contents, what, ())) for contents in held)
    return {name for counted in counts for name, count in counted.items() if count > 1}


def _pieces(contents: Contents) -> Iterator[tuple[tuple[str, str], Any]]:
    if contents.artifact is not None:
        yield ("artifact", "path"), contents.artifact.path
        for digest in contents.artifact.digests:
            yield ("artifact", digest.partition(":")[0]), digest
        yield ("artifact", "size"), contents.artifact.size
    for what, pieces in (("data", contents.data), ("code", contents.code)):
        for piece in pieces:
            for digest in piece.digests:
                kind = digest.partition(":")[0]
                yield (what, piece.path if len(piece.digests) == 1 else f"{piece.path} ({kind})"), digest


def _compared_item(what: str, name: str, values: Sequence[Any], better: str | None, left: list[int]) -> ComparedItem:
    distinct: list[Any] = []
    places = []
    known: dict[tuple[type, Any], int] = {}
    for value in values:
        # Numbers that are alike are one value, as `Change.changed` has it; a table is what its text is.
        key = (bool if isinstance(value, bool) else object, value if value.__hash__ else repr(value))
        place = known.get(key)
        if place is None:
            place = known[key] = len(distinct)
            distinct.append(value)
        places.append(place)
    texts = [short_text(value) for value in distinct]
    return ComparedItem(what, name, texts, places, _changes(what, name, distinct, better, left))


def _changes(
    what: str, name: str, distinct: Sequence[Any], better: str | None, left: list[int]
) -> Sequence[Sequence[str]]:
    """How each two of the values differ, the older one first; nothing where all to say is that they do."""
    if what == "trailer":
        # It is text. Where all values are numbers, how they differ can be told all the same.
        as_numbers = [None if value is None else number_of(value) for value in distinct]
        distinct = as_numbers if as_numbers.count(None) == distinct.count(None) else distinct
    numbers = sum(map(is_number, distinct))
    if len(distinct) < 2 or (numbers < 2 and better is None):
        return ()
    left[0] -= len(distinct) ** 2
    if left[0] < 0:
        return ()
    return [
        ["" if old is new else change_text(compared(what, name, old, new, better)) or "" for new in distinct]
        for old in distinct
    ]


def _files(commits: Sequence[str], steps: Steps) -> tuple[dict[str, list[str]], int]:
    """The files that differ between the commits, each with its entry in each, and how many files were left out.

    Each step tells what stands on both of its sides; between two steps that touch a file it stays as it is.
    """
    touched = sorted({path for step in pairwise(commits) for path in steps[step]})
    wanted = touched[: min(MOST_FILES, MOST_PLACES // len(commits))]
    found: dict[str, list[str]] = {}
    for place, step in enumerate(pairwise(commits), 1):
        for path in wanted:
            if path in steps[step]:
                before, after = steps[step][path]
                at = found.setdefault(path, [before] * len(commits))
                at[place:] = [after] * (len(commits) - place)
    return found, len(touched) - len(wanted)


def as_json(comparison: Comparison) -> str:
    """What the page's script looks up.

    `things` are [what, name, texts, places, changes], with 0 for places that
    are 0, 1, 2 and so on. The changes are their texts, and for each two values
    the place of theirs. What is empty at the end is left out.
    Where all commits are on one line, `added` is how far on that each of them
    is; else what is 0 is left out at the end of each of its lines.
    """
    things = [_short(one) for one in comparison.items]
    document: dict[str, Any] = {
        "things": things,
        "commits": _counting(comparison.commits),
        "added": _on_one_line(comparison.added) or list(map(_without_zeros, comparison.added)),
        "notes": [visible(note) for note in comparison.notes],
    }
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    # Nothing in it may end the script.
    return text.replace("<", "\\u003c")


def _short(thing: ComparedItem) -> list[Any]:
    texts = [visible(text) for text in thing.texts]
    line = [thing.what, visible(thing.name), texts, _counting(thing.places), _interned(thing.changes)]
    while not line[-1]:
        line.pop()
    return line


def _counting(places: Sequence[int]) -> Sequence[int] | int:
    return 0 if list(places) == list(range(len(places))) else places


def _interned(changes: Sequence[Sequence[str]]) -> tuple[list[str], list[list[int]]] | None:
    places: dict[str, int] = {}
    lines = [[places.setdefault(text, len(places)) for text in line] for line in changes]
    return ([*places], lines) if lines else None


def _on_one_line(added: Sequence[Sequence[int]]) -> list[int]:
    """How many commits from the oldest each of the commits is, where each is an ancestor of all that are further on."""
    every = range(len(added))
    oldest = next((place for place in every if not any(line[place] for line in added)), None)
    if oldest is None:
        return []
    far = list(added[oldest])
    return far if all(added[one][other] == max(0, far[other] - far[one]) for one in every for other in every) else []


def _without_zeros(line: Sequence[int]) -> list[int]:
    end = max((place for place, count in enumerate(line, 1) if count), default=0)
    return list(line[:end])
