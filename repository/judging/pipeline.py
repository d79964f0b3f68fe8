"""From ref updates to verdicts: reads only what the policies need.

The cost depends on the pushed models, not on how many tags exist: only the tags
of those models are listed and read. Models are judged in batches, so that memory
does not grow with the size of the push.
"""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS, is_model, model_of
from ...policy.push import NO_SIMILAR_MODELS, ModelPush, SimilarModels, Tag, TagPush
from ..git.objects import TagRef
from .model_updates import updates_by_model
from .obstacles import find_obstacles
from .targets import read_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ...policy.judging.judge import Judge
    from ...policy.push import RefUpdate
    from ..git.reader import Reader
    from .branches import Lands
    from .model_updates import ModelUpdates, UpdatesByModel

# How many tags are read before they are judged, at about 1 KiB each.
BATCH = 5000

# Names are compared only if a push brings at most so many new models: names of more are hardly typed by hand.
MOST_COMPARED = 20

# The most bytes that are read of a tag object in addition to its message.
HEADER_BYTES = 16 * 1024

# Tags are usually smaller than ORDINARY_BYTES. What pushed tags have beyond that is held in memory for a whole batch,
# and may be MOST_BEYOND bytes in one push.
ORDINARY_BYTES = 1024
MOST_BEYOND = 32 * 1024 * 1024


def judge_updates(
    updates: Sequence[RefUpdate],
    reader: Reader,
    judges: Sequence[Judge],
    *,
    existing: Mapping[str, list[TagRef]] | None = None,
    batch_size: int = BATCH,
    shares: UpdatesByModel | None = None,
    lands: Lands = lambda *_: True,
) -> None:
    """Let every one of `judges` judge each model's part of the push.

    `existing` are the existing tags of the pushed models, by model as tags spell it; None: `reader` lists them.
    `shares` is the result of `updates_by_model`, None to call it here. `lands` says which pushed branches count.
    Memory holds about `batch_size` tags at a time. Raises CannotJudge if the repository can't be read.
    """
    shares = updates_by_model(updates) if shares is None else shares
    if not shares:
        return
    is_audit = any(judge.circumstances.place == "history" for judge in judges)
    if is_audit:
        from .case_twins import eldest_first

        shares = eldest_first(shares, reader)
    listed = existing
    if listed is None:
        listed = reader.tags_of([model for model in shares if model is not None])
    obstacles = find_obstacles(updates, shares, listed, reader)
    similar_models = find_similar_models(shares, listed, reader)
    whole = (share._replace(existing=listed.get(share.model or "", ())) for share in shares.values())
    limit = _limit(shares, judges)
    allowance = None if is_audit else _Allowance()
    for batch in _batches(map(_without_touched, whole), batch_size):
        pushes = _read(batch, reader, limit, listed, allowance, judges)
        targets = read_targets(pushes, updates, reader, judges, lands)
        for push in pushes:
            similar = similar_models.get(push.model, NO_SIMILAR_MODELS)
            push = push._replace(targets=targets, obstacles=obstacles, similar=similar)
            for judge in judges:
                judge.judge_model(push)


def find_similar_models(
    shares: UpdatesByModel, listed: Mapping[str, list[TagRef]], reader: Reader
) -> dict[str | None, SimilarModels]:
    """Similar models: by model for each one that gets its first tag, and under None for the near misses.

    Models that are not like any other may be left out. Raises CannotJudge if the tags can't be listed.
    """
    found: dict[str | None, SimilarModels] = {}
    if None in shares:
        pushed = {model for model in shares if model is not None}
        others = [model for model in models_of_near_misses(shares) if model not in pushed]
        named = pushed | _models_among(others, listed, reader)
        found[None] = SimilarModels(named=named, taken=_taken_suggestions(shares, reader))
    first = [
        model
        for model, share in shares.items()
        if model is not None and not listed.get(model) and any(update.new for update in share.updates)
    ]
    if not first:
        return found
    from ...policy.grammar.near_names import near_name

    models = {model for tag in reader.all_tags() if (model := model_of(tag.name)) != tag.name and is_model(model)}
    existing = sorted(models.difference(first))
    known = {model.lower(): model for model in reversed(existing)}
    for model in first:
        twin = known.setdefault(model.lower(), model)
        near = near_name(model, existing) if len(first) <= MOST_COMPARED else None
        found[model] = SimilarModels(twin if twin != model else None, near)
    return found


def _taken_suggestions(shares: UpdatesByModel, reader: Reader) -> frozenset[str]:
    """The tags that exist or are pushed among those that the near misses were probably meant to be.

    Empty if there are more than MOST_COMPARED.
    """
    from ...policy.grammar.near_miss import NearMiss

    misses = (name for name in shares[None].names if isinstance(name, NearMiss))
    meant = {TAGS + miss.suggestion for miss in misses if miss.suggestion is not None}
    if not meant or len(meant) > MOST_COMPARED:
        return frozenset()
    pushed = {update.ref for share in shares.values() for update in share.updates if update.new}
    return frozenset(ref[len(TAGS) :] for ref in {*pushed, *reader.existing(sorted(meant))} & meant)


def models_of_near_misses(shares: UpdatesByModel) -> list[str]:
    """The models that the near misses of a push seem to name, unless they are releases of packages of that name.

    Empty if there are more than MOST_COMPARED.
    """
    if None not in shares:
        return []
    from ...policy.grammar.near_miss import NearMiss

    misses = (name for name in shares[None].names if isinstance(name, NearMiss))
    models = {miss.package for miss in misses if miss.package is not None and is_model(miss.package)}
    return sorted(models) if len(models) <= MOST_COMPARED else []


def _models_among(names: Sequence[str], listed: Mapping[str, list[TagRef]], reader: Reader) -> frozenset[str]:
    """The models among `names` that have a model tag; near misses don't count."""
    if not names:
        return frozenset()
    from ...policy.grammar.tag_name import TagName, parse_tag_name

    unlisted = [name for name in names if name not in listed]
    tags = {**listed, **(reader.tags_of(unlisted) if unlisted else {})}
    return frozenset(name for name in names if any(isinstance(parse_tag_name(tag.name), TagName) for tag in tags[name]))


def _without_touched(share: ModelUpdates) -> ModelUpdates:
    """The share without the existing tags that it changes, because each update has its own `old`; sets `landed`."""
    if not share.existing:
        return share
    touched = {update.ref: update.new for update in share.updates}
    return share._replace(
        existing=[tag for tag in share.existing if TAGS + tag.name not in touched],
        landed=frozenset(tag.name for tag in share.existing if touched.get(TAGS + tag.name) == tag.oid),
    )


def _batches(shares: Iterable[ModelUpdates], batch_size: int) -> Iterator[list[ModelUpdates]]:
    batch: list[ModelUpdates] = []
    size = 0
    for share in shares:
        batch.append(share)
        size += len(share.updates) + len(share.existing)
        if size >= batch_size:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _limit(models: Iterable[str | None], judges: Sequence[Judge]) -> int:
    messages = (judge.settings_of(model).message for judge in judges for model in models)
    return HEADER_BYTES + max((message.max_bytes for message in messages), default=0)


class _Allowance:
    """Limits the total size of a push's large tags: a megabyte in a pack may contain hundreds of megabytes."""

    def __init__(self) -> None:
        self._left = MOST_BEYOND

    def take(self, size: int) -> None:
        """Count a tag object of `size` bytes. Raises CannotJudge if the push exceeds the limit."""
        self._left -= max(0, size - ORDINARY_BYTES)
        if self._left < 0:
            raise CannotJudge(
                f"The tags of this push hold more than {MOST_BEYOND // 1024**2} MiB of messages. Push fewer at once."
            )


def _read(
    shares: Sequence[ModelUpdates],
    reader: Reader,
    limit: int,
    listed: Mapping[str, list[TagRef]],
    allowance: _Allowance | None,
    judges: Sequence[Judge],
) -> list[ModelPush]:
    from ...policy.objects.tag_object import parse_tag_object

    oids: list[str] = []
    for share in shares:
        oids.extend(oid for update in share.updates for oid in (update.old, update.new) if oid)
        oids.extend(tag.oid for tag in share.existing)
    objects = reader.objects(oids, limit=limit)

    def read(name: str, oid: str, *, pushed: bool = False, binds: bool = False) -> Tag:
        found = next(objects)
        if pushed and allowance is not None:
            allowance.take(len(found.data))
        content = parse_tag_object(found.data, found.size) if found.type == "tag" else None
        if (
            content is not None
            and not pushed
            and (left := _kept_part_of(content.message, binds=binds)) != content.message
        ):
            content = content._replace(message=left)
        return Tag(name, oid, found.type, content)

    pushes = []
    for share in shares:
        binds = any(judge.settings_of(share.model).levels["artifact"] != "off" for judge in judges)
        pushed = []
        stands: frozenset[TagRef] | None = None
        for update, name in zip(share.updates, share.names, strict=True):
            tag = update.ref[len(TAGS) :]
            old = read(tag, update.old, binds=binds) if update.old else None
            if old is not None and old.type is None:
                # Built only once: a push may claim very many old ids that don't exist.
                stands = frozenset(listed.get(share.model or "", ())) if stands is None else stands
                if TagRef(tag, old.oid) in stands:
                    raise _damaged(old)
            new = read(tag, update.new, pushed=True) if update.new else None
            pushed.append(TagPush(update.ref, name, old, new))
        existing = [read(ref.name, ref.oid, binds=binds) for ref in share.existing]
        for found in existing:
            if found.type is None:
                raise _damaged(found)
        existing += [push.old for push in pushed if push.old is not None]
        pushes.append(ModelPush(share.model, pushed, existing, {}, {}, landed=share.landed))
    return pushes


def _kept_part_of(message: str, *, binds: bool) -> str:
    """The part of an existing tag's message to keep in memory; the whole may be a hundred times as large as the rest.

    Rules read only the artifacts that it binds, and those only if `binds`.
    """
    if not binds:
        return message[:ORDINARY_BYTES]
    from ...policy.objects.bound_artifacts import only_bound

    return only_bound(message)


def _damaged(tag: Tag) -> CannotJudge:
    """The error about an existing tag whose object Git can't find: it is missing, or this user can't read it."""
    from ...policy.wording import shell_command

    return CannotJudge(
        f"The tag {tag.name!r} points at the object {tag.oid}, which can't be read, so it is not known what was "
        "registered. The server's administrator must look there: `git fsck` shows whether the object is missing. If "
        f"it can't be restored, {shell_command('git', 'update-ref', '-d', TAGS + tag.name)} removes the tag."
    )
