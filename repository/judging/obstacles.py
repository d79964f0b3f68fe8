"""Names that can't stand beside one another: a ref can't be a folder, too (git-check-ref-format(1))."""

from __future__ import annotations

from ...policy.grammar.names import is_endless
from .model_updates import TAGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...policy.judging.push import RefUpdate
    from ..git.objects import TagRef
    from ..git.reader import Reader
    from .model_updates import UpdatesByModel


def find_obstacles(
    updates: Iterable[RefUpdate], shares: UpdatesByModel, listed: Mapping[str, list[TagRef]], reader: Reader
) -> dict[str, str]:
    """Pushed model tags that would be a folder of another tag, or lie in one, and that tag's name.

    The other tag may be of the same push, `updates`, and of no model.
    Names that are too long to be a model tag's are passed over: `tag-name`
    refuses them as they are. Raises CannotJudge where the refs can't be listed.
    """
    standing = [tag.name for tags in listed.values() for tag in tags]
    tags = [update for update in updates if update.ref.startswith(TAGS)]
    if not any(update.ref.find("/", len(TAGS)) >= 0 for update in tags) and not any("/" in name for name in standing):
        return {}
    created = _created(update for share in shares.values() for update in share.updates)
    beside = _created(tags)
    names = {*standing, *beside}
    parents = {parent for tag in created for parent in parents_of(tag)}
    existing = reader.existing([TAGS + parent for parent in sorted(parents - names)])
    names.update(ref[len(TAGS) :] for ref in existing)
    return _conflicts(names, created)


def _created(updates: Iterable[RefUpdate]) -> set[str]:
    names = (update.ref[len(TAGS) :] for update in updates if update.new)
    return {name for name in names if not is_endless(name)}


def parents_of(tag: str) -> Iterator[str]:
    """The folders that `tag` would lie in, each with those above it; none for a name that is too long."""
    cut = -1 if is_endless(tag) else tag.find("/")
    while cut >= 0:
        yield tag[:cut]
        cut = tag.find("/", cut + 1)


def _conflicts(names: Iterable[str], created: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    above: list[str] = []
    # With "/" sorted before all else, a name is followed by all that lies in it.
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
