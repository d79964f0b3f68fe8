"""From ref updates to verdicts: reads what the policies ask for, and no more.

The cost follows the models that are pushed, not the tags that exist: only the
pushed models' tags are listed and read. Models are judged in batches, so that
memory does not grow with the size of the push.
"""

from __future__ import annotations

from ..policy.names import is_model
from ..policy.push import ModelPush, Tag, TagPush
from ..policy.tag_name import TagName, parse_tag_name
from ..policy.tag_object import parse_tag_object
from .targets import read_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..policy.judge import Judge
    from ..policy.near_miss import NearMiss
    from ..policy.push import RefUpdate
    from .reader import Reader, TagRef

    NamedUpdate = tuple[RefUpdate, TagName | NearMiss]
    Groups = Mapping[str | None, list[NamedUpdate]]

TAGS = "refs/tags/"

# As many tags are read before they are judged; at about 1 KiB each.
BATCH = 5000

# What the header of a tag object may take beside the message.
HEADER_BYTES = 16 * 1024


def judge_updates(
    updates: Sequence[RefUpdate],
    reader: Reader,
    judges: Sequence[Judge],
    *,
    standing: Mapping[str, list[TagRef]] | None = None,
    batch_size: int = BATCH,
    groups: Groups | None = None,
) -> None:
    """Hand each model's share of the push to every one of `judges`.

    The existing tags of the pushed models are listed by `reader`, unless
    `standing` names them by model (spelled as in tags). `groups` are the
    updates by model, where `group_by_model` has been asked before. About
    `batch_size` tags are held at a time. Raises CannotJudge where the
    repository can't be read.
    """
    groups = group_by_model(updates) if groups is None else groups
    if not groups:
        return
    listed = standing
    if listed is None:
        listed = reader.tags_of([model for model in groups if model is not None])
    obstacles = find_obstacles(groups, listed, reader)
    twins = find_case_twins(groups, listed, reader)
    for batch in _batches(groups, listed, batch_size):
        shares = _read(batch, reader, judges)
        targets = read_targets(shares, updates, reader, judges)
        for share in shares:
            model = share.model
            push = share._replace(targets=targets, obstacles=obstacles, case_twin=twins.get(model or ""))
            for judge in judges:
                judge.judge_model(push)


def group_by_model(updates: Iterable[RefUpdate]) -> dict[str | None, list[NamedUpdate]]:
    """The updates of model tags by model (as spelled in tags), near misses under None."""
    groups: dict[str | None, list[NamedUpdate]] = {}
    for update in updates:
        if update.ref.startswith(TAGS):
            name = parse_tag_name(update.ref[len(TAGS) :])
            if name is not None:
                model = name.model if isinstance(name, TagName) else None
                groups.setdefault(model, []).append((update, name))
    return groups


def find_obstacles(groups: Groups, listed: Mapping[str, list[TagRef]], reader: Reader) -> dict[str, str]:
    """Pushed tags that would be a folder of another tag, or lie in one, and that tag's name."""
    created = {update.ref[len(TAGS) :] for group in groups.values() for update, _ in group if update.new}
    gone = {update.ref[len(TAGS) :] for group in groups.values() for update, _ in group if not update.new}
    names = {tag.name for tags in listed.values() for tag in tags} | created
    names -= gone
    if not any("/" in name for name in names):
        return {}
    parents = {parent for tag in created if "/" in tag for parent in _parents(tag)}
    names.update(ref[len(TAGS) :] for ref in reader.existing([TAGS + parent for parent in sorted(parents - names)]))
    found: dict[str, str] = {}
    for name in names:
        for parent in _parents(name) if "/" in name else ():
            if parent in names and parent not in gone:
                if name in created:
                    found[name] = parent
                if parent in created:
                    found.setdefault(parent, name)
    return found


def _parents(tag: str) -> Iterator[str]:
    cut = tag.find("/")
    while cut >= 0:
        yield tag[:cut]
        cut = tag.find("/", cut + 1)


def find_case_twins(groups: Groups, listed: Mapping[str, list[TagRef]], reader: Reader) -> dict[str, str]:
    """For each model that gets its first tag: one whose name differs only in case."""
    first = [
        model
        for model, group in groups.items()
        if model is not None and not listed.get(model) and any(update.new for update, _ in group)
    ]
    if not first:
        return {}
    known: dict[str, str] = {}
    wanted = {model.lower() for model in first}
    for tag in reader.all_tags():
        cut = min((place for place in (tag.name.find("@"), tag.name.find("#")) if place >= 0), default=-1)
        model = tag.name[:cut]
        if cut > 0 and model.lower() in wanted and is_model(model):
            known.setdefault(model.lower(), model)
    twins = {}
    for model in first:
        twin = known.setdefault(model.lower(), model)
        if twin != model:
            twins[model] = twin
    return twins


def _batches(
    groups: Groups, listed: Mapping[str, list[TagRef]], batch_size: int
) -> Iterator[list[tuple[str | None, list[NamedUpdate], list[TagRef]]]]:
    batch: list[tuple[str | None, list[NamedUpdate], list[TagRef]]] = []
    size = 0
    for model, group in groups.items():
        touched = {update.ref for update, _ in group}
        existing = [tag for tag in listed.get(model or "", ()) if TAGS + tag.name not in touched]
        batch.append((model, group, existing))
        size += len(group) + len(existing)
        if size >= batch_size:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(
    batch: Sequence[tuple[str | None, list[NamedUpdate], list[TagRef]]], reader: Reader, judges: Sequence[Judge]
) -> list[ModelPush]:
    oids: list[str] = []
    for _, group, existing in batch:
        oids.extend(oid for update, _ in group for oid in (update.old, update.new) if oid)
        oids.extend(tag.oid for tag in existing)
    limit = HEADER_BYTES + max(
        (judge.policy.for_model(model or "").message.max_bytes for judge in judges for model, _, _ in batch), default=0
    )
    objects = reader.objects(oids, limit=limit)

    def read(name: str, oid: str | None) -> Tag | None:
        if oid is None:
            return None
        found = next(objects)
        return Tag(name, oid, found.type, parse_tag_object(found.data, found.size) if found.type == "tag" else None)

    shares = []
    for model, group, existing in batch:
        pushed = []
        for update, name in group:
            tag = update.ref[len(TAGS) :]
            old = read(tag, update.old)
            pushed.append(TagPush(update.ref, name, old, read(tag, update.new)))
        standing = [found for ref in existing if (found := read(ref.name, ref.oid))]
        shares.append(ModelPush(model, pushed, standing, {}, {}))
    return shares
