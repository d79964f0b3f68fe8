"""Compares the claims of a push about refs with the refs themselves.

`pre-receive` and `update` get what the client claims: that a ref has the id
`old`, or does not exist. Git checks these claims only afterwards, ref by ref.
It drops the lines with a false claim and carries out the rest of the push. If it
can't parse the object `old`, it even deletes a ref without any check
(builtin/receive-pack.c, `update`). So, under the push lock, a single false
claim about a tag refuses the whole push.
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


def check_claims(updates: Iterable[RefUpdate], current: Mapping[str, str | None], receiver: Receiver) -> None:
    """Compare each update with `current`, the current ids of the refs by full name.

    Raises CannotJudge for an update that Git would drop, because its claim is false, or because the ref is hidden from
    pushes.
    """
    for update in updates:
        there = current.get(update.ref)
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
    """The updates, with the current id as `old` in those of branches and other refs.

    Those of tags stay as they are: `check_claims` has verified them. Raises CannotJudge if the refs can't be read.
    """
    others = [update.ref for update in updates if not update.ref.startswith(TAGS)]
    if not others:
        return updates
    current = reader.existing(others)
    return [
        update if update.ref.startswith(TAGS) else update._replace(old=current.get(update.ref)) for update in updates
    ]


def _contradiction(update: RefUpdate, there: str | None) -> str:
    ref = _shown(update.ref)
    if there is None:
        return f"The push claims that {ref} is {update.old}, but there is no such ref."
    if update.old is None:
        return f"The push claims that {ref} is new, but it exists and is {there}."
    return f"The push claims that {ref} is {update.old}, but it is {there}."


def _shown(ref: str) -> str:
    return ascii(ref[:200].encode("utf-8", "surrogateescape"))[2:-1]
