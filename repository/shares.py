"""A push, taken apart by model: which names are read with care, and which need not be."""

from __future__ import annotations

from ..policy.record import Record
from ..policy.screening import plain_cores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..policy.near_miss import NearMiss
    from ..policy.push import RefUpdate
    from ..policy.tag_name import TagName
    from ..policy.versions import Core
    from .answers import TagRef

    Shares = Mapping[str | None, "Share"]

TAGS = "refs/tags/"


class Share(Record):
    """One model's updates in a push; `model` is None for near misses.

    Where all of them name plain registrations, `cores` holds their versions
    and nobody has read the names yet; else `names` holds those. `standing`
    are the model's tags in the repository.
    """

    model: str | None
    updates: Sequence[RefUpdate]
    names: Sequence[TagName | NearMiss] = ()
    cores: Sequence[Core] = ()
    standing: Sequence[TagRef] = ()


def shares_of(updates: Iterable[RefUpdate]) -> dict[str | None, Share]:
    """The updates of model tags by model (as spelled in tags), near misses under None."""
    groups: dict[str, list[RefUpdate]] = {}
    start = len(TAGS)
    for update in updates:
        ref = update.ref
        if ref[:start] == TAGS:
            beginning, separator, _ = ref.partition("@")
            if not separator:
                beginning, separator, _ = ref.partition("#")
            if separator:
                groups.setdefault(beginning, []).append(update)
    shares: dict[str | None, Share] = {}
    others: list[RefUpdate] = []
    known: dict[str, Core | None] = {}
    for beginning, group in groups.items():
        model, end = beginning[start:], len(beginning)
        cores = plain_cores(model, [update.ref[end:] for update in group], known)
        if cores is None:
            others += group
        else:
            shares[model] = Share(model, group, cores=cores)
    return shares | _by_name(others) if others else shares


def _by_name(updates: Iterable[RefUpdate]) -> dict[str | None, Share]:
    """The same for updates whose names must be read."""
    from ..policy.tag_name import TagName, parse_tag_name

    named: dict[str | None, list[tuple[RefUpdate, TagName | NearMiss]]] = {}
    for update in updates:
        name = parse_tag_name(update.ref[len(TAGS) :])
        if name is not None:
            model = name.model if isinstance(name, TagName) else None
            named.setdefault(model, []).append((update, name))
    return {
        model: Share(model, [update for update, _ in group], names=[name for _, name in group])
        for model, group in named.items()
    }


def names_in(share: Share) -> Sequence[TagName | NearMiss]:
    """What the updates of the share name, in their order."""
    if share.names:
        return share.names
    from ..policy.tag_name import parse_tag_name

    names = (parse_tag_name(update.ref[len(TAGS) :]) for update in share.updates)
    return [name for name in names if name is not None]
