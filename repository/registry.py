"""Reads the tags of models, to show them rather than to judge them."""

from __future__ import annotations

from ..policy.grammar.names import model_of
from ..policy.grammar.tag_name import TagName, parse_tag_name
from ..policy.objects.commit_object import parse_commit
from ..policy.objects.tag_object import parse_tag_object
from ..policy.push import Tag
from ..policy.registry.event import read_event
from ..policy.registry.history import ModelHistory
from ..policy.registry.resolution import ModelTags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from .git.objects import RawObject, TagRef
    from .git.reader import TagReader

# Enough for the header and the longest message that a policy can allow.
TAG_BYTES = 1 << 20
# How many tags are read at a time. Each batch starts two processes of Git, and its parsed names are in memory together.
TAGS_AT_ONCE = 20_000


def read_tags(reader: TagReader, models: Sequence[str] | None = None) -> Iterator[tuple[TagName, Tag]]:
    """Every model tag with its parsed name, including lightweight ones; with `models` (as tags spell them) only theirs.

    Near misses and other tags are left out. Raises CannotJudge if the repository can't be read.
    """
    if models is None:
        refs: Iterable[TagRef] = reader.all_tags()
    else:
        refs = [ref for found in reader.tags_of(models).values() for ref in found]
    return read_refs(reader, refs)


def read_refs(reader: TagReader, refs: Iterable[TagRef]) -> Iterator[tuple[TagName, Tag]]:
    """The model tags among `refs`, each with its parsed name. Raises CannotJudge if the repository can't be read."""
    named = _named(refs)
    objects = reader.objects([ref.oid for _, ref in named], limit=TAG_BYTES)
    return ((name, _tag(ref, found)) for (name, ref), found in zip(named, objects, strict=False))


def tags_by_model(
    reader: TagReader, models: Sequence[str] | None = None
) -> Iterator[tuple[str, list[tuple[TagName, Tag]]]]:
    """The tags of `read_tags`, model by model: memory holds only some of them, so there may be millions.

    Raises CannotJudge if the repository can't be read.
    """
    refs = _refs_by_model(reader, models)
    batch: list[tuple[str, list[tuple[TagName, TagRef]]]] = []
    size = 0
    for model in list(refs):
        if named := _named(refs.pop(model)):
            batch.append((model, named))
            size += len(named)
        if size >= TAGS_AT_ONCE:
            yield from _read_models(reader, batch)
            batch, size = [], 0
    yield from _read_models(reader, batch)


def _refs_by_model(reader: TagReader, models: Sequence[str] | None) -> dict[str, list[TagRef]]:
    if models is not None:
        return dict(reader.tags_of(models))
    groups: dict[str, list[TagRef]] = {}
    for ref in reader.all_tags():
        groups.setdefault(model_of(ref.name), []).append(ref)
    return groups


def _read_models(
    reader: TagReader, batch: Sequence[tuple[str, Sequence[tuple[TagName, TagRef]]]]
) -> Iterator[tuple[str, list[tuple[TagName, Tag]]]]:
    objects = reader.objects([ref.oid for _, named in batch for _, ref in named], limit=TAG_BYTES)
    for model, named in batch:
        yield model, [(name, _tag(ref, found)) for (name, ref), found in zip(named, objects, strict=False)]


def _named(refs: Iterable[TagRef]) -> list[tuple[TagName, TagRef]]:
    """The model tags among `refs`, each with its parsed name."""
    return [(name, ref) for ref in refs if isinstance(name := parse_tag_name(ref.name), TagName)]


def _tag(ref: TagRef, found: RawObject) -> Tag:
    content = parse_tag_object(found.data, found.size) if found.type == "tag" else None
    return Tag(ref.name, ref.oid, found.type, content)


def set_latest_commit(reader: TagReader, history: ModelHistory) -> None:
    """If the model is deprecated, set the latest date of its commits: a later commit ends the deprecation, as in GTO.

    Raises CannotJudge if a commit can't be read.
    """
    if history.is_deprecated:
        history.latest_commit = latest_commit(reader, history.commits())


def latest_commit(reader: TagReader, commits: Collection[str]) -> int:
    """The latest date of those of `commits` that exist here, in seconds since the epoch; -1 if none do."""
    objects = reader.objects(sorted(commits), limit=TAG_BYTES, content_of="commit")
    return max((parse_commit(found.data, found.size).time for found in objects if found.type == "commit"), default=-1)


def read_model(reader: TagReader, model: str) -> ModelTags:
    """All tags of a model (as tags spell it). Raises CannotJudge if the repository can't be read."""
    return model_from_tags(reader, list(read_tags(reader, [model])))


def model_from_tags(reader: TagReader, tags: Sequence[tuple[TagName, Tag]]) -> ModelTags:
    """One model with its `tags`, which were read before. Raises CannotJudge if its commits can't be read."""
    return ModelTags(tags, latest_commit_of(reader, tags))


def latest_commit_of(reader: TagReader, tags: Sequence[tuple[TagName, Tag]]) -> int:
    """The latest date of the commits of one model; -1 if no tag deprecates it, because then it is not needed."""
    if all(name.kind != "deprecate" for name, _ in tags):
        return -1
    events = (event for name, tag in tags if (event := read_event(tag, name)))
    return latest_commit(reader, ModelHistory(events).commits())


def models_of(reader: TagReader) -> list[str]:
    """The models that have a tag, as tags spell them, sorted."""
    return sorted({name.model for name, _ in _named(reader.all_tags())})


def names_of(reader: TagReader, model: str) -> list[TagName]:
    """The parsed names of the model's tags, in any order."""
    return [name for name, _ in _named(reader.tags_of([model])[model])]
