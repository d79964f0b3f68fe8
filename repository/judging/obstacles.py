"""Finds names of tags that exclude each other: a ref can't also be a folder of refs (git-check-ref-format(1))."""

from __future__ import annotations

from ...policy.grammar.names import TAGS, is_too_long, parents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...policy.push import RefUpdate
    from ..git.objects import TagRef
    from ..git.reader import Reader
    from .model_updates import UpdatesByModel


def find_obstacles(
    updates: Iterable[RefUpdate], shares: UpdatesByModel, listed: Mapping[str, list[TagRef]], reader: Reader
) -> dict[str, str]:
    """Pushed model tags that would be a folder of another tag, or be in such a folder, each with that tag's name.

    The other tag may be in the same push (`updates`), and need not be a model tag. Names that are too long for a model
    tag are ignored, because `tag-name` refuses them anyway. Raises CannotJudge if the refs can't be listed.
    """
    existing = [tag.name for tags in listed.values() for tag in tags]
    tags = [update for update in updates if update.ref.startswith(TAGS)]
    if not any(update.ref.find("/", len(TAGS)) >= 0 for update in tags) and not any("/" in name for name in existing):
        return {}
    of_models = [update for share in shares.values() for update in share.updates]
    created = _created(of_models)
    beside = _created(tags)
    names = {*existing, *beside}
    parents = tags_in_the_way(of_models)
    names.update(ref[len(TAGS) :] for ref in reader.existing([TAGS + parent for parent in sorted(parents - names)]))
    return _conflicts(names, created)


def tags_in_the_way(updates: Iterable[RefUpdate]) -> set[str]:
    """The names that no tag may have beside the tags that these updates create: the folders of those."""
    return {parent for tag in _created(updates) for parent in parents_of(tag)}


def _created(updates: Iterable[RefUpdate]) -> set[str]:
    names = (update.ref[len(TAGS) :] for update in updates if update.new)
    return {name for name in names if not is_too_long(name)}


def _conflicts(names: Iterable[str], created: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    above: list[str] = []
    # With "/" sorted first, a name is directly followed by the names in the folder of that name.
    for name in sorted(names, key=lambda name: name.replace("/", "\0")):
        while above and not name.startswith(above[-1] + "/"):
            above.pop()
        if above and name in created:
            found[name] = above[-1]
        for parent in above:
            if parent in created:
                found.setdefault(parent, name)
        above.append(name)
    return found
