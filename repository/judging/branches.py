"""Finds out which commits the branches contain, in whatever way a push lands."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.grammar.globs import matches_any
from ...policy.grammar.names import HEADS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...policy.push import RefUpdate
    from ..git.reader import Reader

    # Whether this branch lands unless something fails (`Receiver.lands`), given all updates of the push by ref.
    Lands = Callable[[RefUpdate, Mapping[str, RefUpdate], Reader], bool]


class HistoryEndsEarly(CannotJudge):
    """The clone is shallow, and lacks history that the answer depends on."""


def contained_in(
    globs: tuple[str, ...], commits: Iterable[str], updates: Sequence[RefUpdate], reader: Reader, lands: Lands
) -> set[str]:
    """The commits among `commits` that some branch matching `globs` contains, whichever of `updates` land.

    A branch that the push creates or fast-forwards counts with its new commit if it `lands`, else with its current one.
    A branch that the push deletes or rewinds does not count at all. Raises HistoryEndsEarly if the clone lacks history
    that the answer depends on.
    """
    asked = sorted(commits)
    current = dict(reader.refs_under(HEADS))
    tips = {ref: oid for ref, oid in current.items() if _fits(ref, globs)}
    by_ref = {update.ref: update for update in updates}
    for update in updates:
        if _fits(update.ref, globs):
            tip = _tip(update, current.get(update.ref), by_ref, reader, lands)
            tips.pop(update.ref, None)
            if tip is not None:
                tips[update.ref] = tip
    elsewhere = reader.not_contained(asked, list(dict.fromkeys(tips.values()))) if asked else set()
    if elsewhere and reader.history_ends_early():
        raise HistoryEndsEarly(
            f"This clone is shallow, so whether a branch contains {min(elsewhere)} can't be determined here. Fetch the "
            "rest of the history, which needs no files: git fetch --unshallow --filter=blob:none"
        )
    return set(asked) - elsewhere


def _tip(
    update: RefUpdate, stands: str | None, updates: Mapping[str, RefUpdate], reader: Reader, lands: Lands
) -> str | None:
    """The commit that the branch has in its history in any case, None if there is none."""
    if update.new is None:
        return None
    if update.old != stands:
        return stands  # the claim is false, so Git drops this update
    if stands is not None and reader.not_contained([stands], [update.new]):
        return None
    return update.new if lands(update, updates, reader) else stands


def _fits(ref: str, globs: tuple[str, ...]) -> bool:
    return ref.startswith(HEADS) and matches_any(globs, ref[len(HEADS) :])
