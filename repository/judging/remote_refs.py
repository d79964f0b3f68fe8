"""Which refs of a remote count when tags of a clone are judged, and the question for them."""

from __future__ import annotations

from ...policy.grammar.names import TAGS, model_of
from ..git.program import GitProgram
from .model_updates import updates_by_model
from .obstacles import tags_in_the_way
from .pipeline import MOST_COMPARED, models_of_near_misses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ...policy.push import RefUpdate
    from ..git.command import Git
    from ..remote.remote import Listing, Remote


def ask_what_counts(
    updates: Iterable[RefUpdate],
    remote: Remote,
    *,
    tags: Iterable[str] = (),
    heads: bool = False,
    new: Collection[str] = (),
) -> Listing:
    """The refs of `remote` that count when `updates` are judged, and these `tags`, by one question.

    `new` are models that may be new there: tags of models with similar names are then listed, too, and perhaps others.
    With `heads`, branches are listed as well. Raises RemoteUnavailable.
    """
    pushed = [update for update in updates if update.ref.startswith(TAGS)]
    shares = updates_by_model(pushed)
    models = [model for model in shares if model is not None]
    near = new if len(new) <= MOST_COMPARED else ()
    named = [*tags, *sorted(tags_in_the_way(pushed))]
    return remote.list([*models, *models_of_near_misses(shares)], tags=named, heads=heads, near=near)


def models_new_here(models: Sequence[str], updates: Iterable[RefUpdate], clone: Git) -> list[str]:
    """Those of `models` of which the clone has no tag but the pushed ones. Raises CannotJudge if it can't be read."""
    pushed = {update.ref[len(TAGS) :] for update in updates if update.ref.startswith(TAGS)}
    known = set(map(model_of, tags_here(models, clone).keys() - pushed))
    return [model for model in models if model not in known]


def tags_here(models: Sequence[str], clone: Git) -> dict[str, str]:
    """The clone's tags of `models`, name → id. Raises CannotJudge if it can't be read."""
    if not models:
        return {}
    reader = GitProgram(clone)
    try:
        return {tag.name: tag.oid for tags in reader.tags_of(models).values() for tag in tags}
    finally:
        reader.close()


def part_about(update: RefUpdate, listing: Listing) -> Listing:
    """The part of a listing that counts when one tag is judged.

    These are the tags of its model, or the one that it was probably meant for, of models with similar names, and those
    in the way of its name.
    """
    from ...policy.grammar.near_names import near_name

    model = model_of(update.ref[len(TAGS) :])
    meant = {model, *models_of_near_misses(updates_by_model([update]))}
    counting = {other for other in map(model_of, listing.tags) if other in meant or near_name(model, [other])}
    named = tags_in_the_way([update])
    tags = {name: oid for name, oid in listing.tags.items() if model_of(name) in counting or name in named}
    return listing._replace(tags=tags)
