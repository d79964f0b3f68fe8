"""A push, taken apart by model: which names are read with care, and which need not be."""

from __future__ import annotations

from ..policy.record import Record
from ..policy.screening import plain_cores
from ..policy.tag_name import TagName, parse_tag_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..policy.near_miss import NearMiss
    from ..policy.push import RefUpdate
    from ..policy.versions import Core
    from .reader import TagRef

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
    near_misses: list[tuple[RefUpdate, NearMiss]] = []
    known: dict[str, Core | None] = {}
    for beginning, group in groups.items():
        model, end = beginning[start:], len(beginning)
        cores = plain_cores(model, [update.ref[end:] for update in group], known)
        if cores is not None:
            shares[model] = Share(model, group, cores=cores)
            continue
        named: list[tuple[RefUpdate, TagName]] = []
        for update in group:
            name = parse_tag_name(update.ref[start:])
            if isinstance(name, TagName):
                named.append((update, name))
            elif name is not None:
                near_misses.append((update, name))
        if named:
            shares[model] = Share(model, *map(list, zip(*named, strict=True)))
    if near_misses:
        shares[None] = Share(None, *map(list, zip(*near_misses, strict=True)))
    return shares


def names_in(share: Share) -> Sequence[TagName | NearMiss]:
    """What the updates of the share name, in their order."""
    if share.names:
        return share.names
    names = (parse_tag_name(update.ref[len(TAGS) :]) for update in share.updates)
    return [name for name in names if name is not None]
