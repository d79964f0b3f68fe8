"""Which commits the branches contain, as the branches would stand after a push."""

from __future__ import annotations

from ..policy.globs import matches_any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..policy.push import RefUpdate
    from .reader import Reader

HEADS = "refs/heads/"


def contained_in(
    globs: tuple[str, ...], commits: Iterable[str], updates: Iterable[RefUpdate], reader: Reader
) -> set[str]:
    """Those of `commits` that a branch matching one of `globs` contains after `updates`."""
    asked = sorted(commits)
    tips = dict(reader.refs_under(HEADS))
    for update in updates:
        if update.new is None:
            tips.pop(update.ref, None)
        elif update.ref.startswith(HEADS):
            tips[update.ref] = update.new
    chosen = _unique(oid for ref, oid in tips.items() if matches_any(globs, ref[len(HEADS) :]))
    if not asked or not chosen:
        return set()
    return set(asked) - reader.not_contained(asked, chosen)


def _unique(oids: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(oids))
