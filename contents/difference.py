"""Compares the contents of two versions."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..policy.record import Record
from .record import CONTENT_TRAILERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..policy.objects.piece import Piece
    from .record import Contents, Stated


class Change(Record):
    """One thing in two versions; `old` or `new` is None if that version lacks it.

    `diff` is the difference of two numbers. `worse`: by the policy's
    `metrics.NAME.better`, the metric has become worse, or is missing or no longer
    a number.
    """

    what: str
    name: str
    old: Any
    new: Any
    diff: float | int | None = None
    worse: bool = False

    @property
    def changed(self) -> bool:
        """Whether the two values differ: 1 and 1.0 are equal, 1 and true are not."""
        return self.old != self.new or isinstance(self.old, bool) != isinstance(self.new, bool)


def changes_between(old: Contents, new: Contents, better: Mapping[str, str] = {}) -> list[Change]:
    """All contents of two versions side by side. `better` maps names of metrics to "higher" or "lower"."""
    found = list(_artifact(old.artifact, new.artifact))
    found += _pieces("data", old.data, new.data)
    found += _pieces("code", old.code, new.code)
    before, after = ([one.command] if one.command is not None else [] for one in (old, new))
    found += _stated("command", before, after)
    found += _stated("param", old.params, new.params)
    found += _stated("metric", old.metrics, new.metrics, better)
    return found


def trailers_between(old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> Iterator[Change]:
    """The trailers of two tags side by side, except those about contents; those with the same key are joined."""
    before, after = trailers_by_key(old), trailers_by_key(new)
    for key in dict.fromkeys([*before, *after]):
        yield Change("trailer", key, before.get(key), after.get(key))


def trailers_by_key(trailers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The trailers by key, except those about contents; the values of the same key are joined by "; "."""
    found: dict[str, list[str]] = {}
    for key, value in trailers:
        if key.lower() not in CONTENT_TRAILERS:
            found.setdefault(key, []).append(value)
    return {key: "; ".join(values) for key, values in found.items()}


def compared(what: str, name: str, old: Any, new: Any, better: str | None = None) -> Change:
    """Two values side by side. `better` is "higher" or "lower" if the policy says so of this metric."""
    both = is_number(old) and is_number(new)
    change = Change(what, name, old, new, _difference(old, new) if both else None)
    return change._replace(worse=_is_worse(change, better)) if better is not None else change


def is_number(value: Any) -> bool:
    """Whether the value is a number. Booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_worse(change: Change, better: str) -> bool:
    """Whether the metric has become worse, if a `better` value is "higher" or "lower"."""
    if change.old is None:
        return False
    if change.diff is None:
        return change.changed
    return change.diff < 0 if better == "higher" else change.diff > 0


def _artifact(old: Piece | None, new: Piece | None) -> Iterator[Change]:
    """Compare the artifacts, even if they have different paths."""
    if old is None and new is None:
        return
    yield Change("artifact", "path", old and old.path, new and new.path)
    yield from _digests("artifact", "", old, new)
    yield compared("artifact", "size", old and old.size, new and new.size)


def _pieces(what: str, old: Sequence[Piece], new: Sequence[Piece]) -> Iterator[Change]:
    before, after = {piece.path: piece for piece in old}, {piece.path: piece for piece in new}
    for path in dict.fromkeys([*before, *after]):
        yield from _digests(what, path, before.get(path), after.get(path))


def _digests(what: str, name: str, old: Piece | None, new: Piece | None) -> Iterator[Change]:
    """Compare each kind of digest that both have. If they share none, show all of both: the content may be the same."""
    before, after = (
        {digest.partition(":")[0]: digest for digest in piece.digests} if piece is not None else {}
        for piece in (old, new)
    )
    shared = [kind for kind in before if kind in after]
    if not shared:
        yield Change(what, name or "digest", " ".join(before.values()) or None, " ".join(after.values()) or None)
    for kind in shared:
        yield Change(what, name or kind, before[kind], after[kind])


def _stated(
    what: str, old: Sequence[Stated], new: Sequence[Stated], better: Mapping[str, str] = {}
) -> Iterator[Change]:
    several = {
        name for stated in (old, new) for name, count in Counter(one.name for one in stated).items() if count > 1
    }
    before, after = (
        {f"{one.source}:{one.name}" if one.name in several else one.name: one.value for one in stated}
        for stated in (old, new)
    )
    for name in dict.fromkeys([*before, *after]):
        yield compared(what, name, before.get(name), after.get(name), better.get(name))


def _difference(old: float, new: float) -> float | int:
    """The difference in decimal arithmetic, as people expect it: 0.3 - 0.1 is 0.2."""
    if isinstance(old, int) and isinstance(new, int):
        return new - old
    return float(Decimal(repr(new)) - Decimal(repr(old)))
