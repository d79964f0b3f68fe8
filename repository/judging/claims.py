"""Compares what a push claims about the refs with the refs as they are.

`pre-receive` and `update` are told what the client claims: that a ref names
`old`, or does not exist. Git checks these claims only afterwards, ref by ref.
It drops the lines that are false and carries out the rest of the push. Where
it can't parse `old` it checks nothing, and deletes whatever the ref names
(builtin/receive-pack.c, `update`). So, under the push lock, one false line
about a tag refuses the whole push.
"""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...policy.push import RefUpdate
    from ..git.reader import Reader
    from .receiving import Receiver


def check_claims(updates: Iterable[RefUpdate], standing: Mapping[str, str | None], receiver: Receiver) -> None:
    """Hold each update against `standing`, the ids that the refs name now, by full name.

    Raises CannotJudge for an update that Git would not carry out as it is
    written, because the ref is not as it says, or is hidden from pushes.
    """
    for update in updates:
        there = standing.get(update.ref)
        if there != update.old:
            raise CannotJudge(
                f"{_contradiction(update, there)} Somebody may have pushed in the meantime: fetch, then push again."
            )
        if receiver.hides(update.ref):
            raise CannotJudge(
                f"{_shown(update.ref)} is hidden from pushes on this server (receive.hideRefs or transfer.hideRefs), "
                "so Git would drop it from the push. Push without it, or ask the server's administrator."
            )


def with_true_old(updates: Sequence[RefUpdate], reader: Reader) -> Sequence[RefUpdate]:
    """The updates, with the true `old` in those of branches and other refs.

    Only for tags `check_claims` has compared the claim with the ref. Raises
    CannotJudge where the refs can't be read.
    """
    others = [update.ref for update in updates if not update.ref.startswith(TAGS)]
    if not others:
        return updates
    standing = reader.existing(others)
    return [
        update if update.ref.startswith(TAGS) else update._replace(old=standing.get(update.ref)) for update in updates
    ]


def _contradiction(update: RefUpdate, there: str | None) -> str:
    ref = _shown(update.ref)
    if there is None:
        return f"The push takes {ref} to be {update.old}, but there is no such ref."
    if update.old is None:
        return f"The push takes {ref} to be new, but it exists and is {there}."
    return f"The push takes {ref} to be {update.old}, but it is {there}."


def _shown(ref: str) -> str:
    return ascii(ref[:200].encode("utf-8", "surrogateescape"))[2:-1]
