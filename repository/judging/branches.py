"""Which commits the branches contain, however a push lands."""

from __future__ import annotations

from ...policy.grammar.globs import matches_any
from ...policy.grammar.names import HEADS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...policy.push import RefUpdate
    from ..git.reader import Reader

    # Whether nothing but a fault keeps this branch, one of the push's updates by their refs, from landing.
    Lands = Callable[[RefUpdate, Mapping[str, RefUpdate], Reader], bool]


def contained_in(
    globs: tuple[str, ...], commits: Iterable[str], updates: Sequence[RefUpdate], reader: Reader, lands: Lands
) -> set[str]:
    """Those of `commits` that a branch matching one of `globs` contains, whichever of `updates` land.

    A branch of the push counts if it is created or fast-forwarded, and
    `lands`. Else it counts as it stands; not at all where the push deletes it,
    or moves it to where its own commits are not.
    """
    asked = sorted(commits)
    standing = dict(reader.refs_under(HEADS))
    tips = {ref: oid for ref, oid in standing.items() if _fits(ref, globs)}
    by_ref = {update.ref: update for update in updates}
    for update in updates:
        if _fits(update.ref, globs):
            tip = _tip(update, standing.get(update.ref), by_ref, reader, lands)
            tips.pop(update.ref, None)
            if tip is not None:
                tips[update.ref] = tip
    if not asked or not tips:
        return set()
    return set(asked) - reader.not_contained(asked, list(dict.fromkeys(tips.values())))


def _tip(
    update: RefUpdate, stands: str | None, updates: Mapping[str, RefUpdate], reader: Reader, lands: Lands
) -> str | None:
    """The commit that the branch contains in any case, None for none."""
    if update.new is None:
        return None
    if update.old != stands:
        return stands  # Git drops the line
    if stands is not None and reader.not_contained([stands], [update.new]):
        return None
    return update.new if lands(update, updates, reader) else stands


def _fits(ref: str, globs: tuple[str, ...]) -> bool:
    return ref.startswith(HEADS) and matches_any(globs, ref[len(HEADS) :])
