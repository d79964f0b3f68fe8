"""Compares any two versions of a model like `tagwarden diff`; computed here, looked up by the page's script.

There are too many pairs of versions to store a comparison for each. Instead, the
distinct values of each item are stored once, and for each version the index of
its value among them. Two versions differ in an item if their indices differ.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

from ..contents.difference import compared, is_number, trailers_by_key
from ..contents.record import ORDER
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

    # For each pair of commits, older and newer: what each of the two has at a path.
    Steps = Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]

# The page of a model lists at most so many files of code, and at most MOST_FIGURES numeric differences.
MOST_FILES = 50
MOST_PLACES = 20_000
MOST_FIGURES = 12_000
# With more distinct commits than this, the page does not say how many commits are between two versions.
MOST_COMMITS = 60


class Compared(Record):
    """A version with what is compared of it."""

    contents: Contents | None
    trailers: Sequence[tuple[str, str]]
    commit: str


def steps_of(commits: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of commits for which `comparison_of` needs the files that differ."""
    return [(old, new) for old, new in pairwise(dict.fromkeys(commits))]


def comparison_of(
    versions: Sequence[Compared], better: Mapping[str, str], lineage: Lineage | None, steps: Steps | None
) -> Comparison:
    """The comparison of all versions; `better` says for each metric of the policy which direction is better."""
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
    """By kind and name, each item's value in each version, None where it is missing."""
    held = [one.contents for one in versions]
    several = {what: _several(held, what) for what in ("params", "metrics")}
    rows: list[dict[tuple[str, str], Any]] = []
    for one, contents in zip(versions, held, strict=True):
        row = dict(_pieces(contents)) if contents is not None else {}
        for what, plural in (("param", "params"), ("metric", "metrics")):
            for stated in getattr(contents, plural, ()):
                twice = stated.name in several[plural]
                row[what, f"{stated.source}:{stated.name}" if twice else stated.name] = stated.value
        if contents is not None and contents.command is not None:
            row["command", contents.command.name] = contents.command.value
        row.update((("trailer", key), value) for key, value in trailers_by_key(one.trailers).items())
        rows.append(row)
    names = sorted(dict.fromkeys(key for row in rows for key in row), key=lambda key: ORDER.index(key[0]))
    return {key: [row.get(key) for row in rows] for key in names}


def _several(held: Sequence[Contents | None], what: str) -> set[str]:
    """The names of parameters or metrics that occur in several files of a version, and so need the file's name."""
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
        # Like `Change.changed`, treat equal numbers as one value; compare tables by their text.
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
    """How each pair of values differs, the older one first; empty if there is nothing to say but that they do."""
    if what == "trailer":
        # These are texts, but if all of them are numbers, their difference can be told.
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

    Each step has the entries before and after it; between two steps that touch a file, its entry does not change.
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
    """The JSON for the page's script.

    `items` are [kind, name, texts, places, changes]; `places` is 0 if the places
    are 0, 1, 2 and so on. `changes` are the distinct texts, and for each pair of
    values the index of its text. Empty fields at the end are left out. If all
    commits are on one line, `added` has each commit's distance from the oldest;
    otherwise one list per commit, without the zeros at its end.
    """
    items = [_short(one) for one in comparison.items]
    document: dict[str, Any] = {
        "items": items,
        "commits": _counting(comparison.commits),
        "added": _on_one_line(comparison.added) or list(map(_without_zeros, comparison.added)),
        "notes": [visible(note) for note in comparison.notes],
    }
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    # Nothing in it may end the script element.
    return text.replace("<", "\\u003c")


def _short(item: ComparedItem) -> list[Any]:
    texts = [visible(text) for text in item.texts]
    line = [item.what, visible(item.name), texts, _counting(item.places), _interned(item.changes)]
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
    """Each commit's distance from the oldest, if each is an ancestor of all that are further away; else empty."""
    every = range(len(added))
    oldest = next((place for place in every if not any(line[place] for line in added)), None)
    if oldest is None:
        return []
    far = list(added[oldest])
    return far if all(added[one][other] == max(0, far[other] - far[one]) for one in every for other in every) else []


def _without_zeros(line: Sequence[int]) -> list[int]:
    end = max((place for place, count in enumerate(line, 1) if count), default=0)
    return list(line[:end])
