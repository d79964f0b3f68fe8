"""The grammar of model tags as in GTO 1.10, applied to the whole name and limited to ASCII.

    registration     MODEL@VERSION            churn@v1.2.0
    deregistration   MODEL@VERSION!           churn@v1.2.0!
    assignment       MODEL#STAGE              churn#prod
    unassignment     MODEL#STAGE!             churn#prod!
    deprecation      MODEL@deprecated         churn@deprecated

each with an optional counter `#N` at the end. MODEL is a name, or
`FOLDER=NAME` in a repository with several projects (GTO shows `FOLDER:NAME`).
"""

from __future__ import annotations

from ..record import Record
from .names import fits, is_commit_id, is_counter, is_model, is_name, is_too_deep_for_gto, model_of
from .versions import Version, parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Literal

    from .near_miss import NearMiss

    Kind = Literal["register", "deregister", "assign", "unassign", "deprecate"]
    # The fields of TagName but for the model.
    Event = tuple[Kind, Version | None, str | None, str | None]
    Results = dict[str, Any]
else:
    Results = dict


KINDS: tuple[Kind, ...] = ("register", "deregister", "assign", "unassign", "deprecate")
ALL_KINDS: frozenset[Kind] = frozenset(KINDS)
# The kinds of event that have a stage.
STAGED_KINDS: tuple[Kind, ...] = ("assign", "unassign")


class TagName(Record):
    """The parsed name of a model tag.

    `model` is spelled as in the tag (`cv=seg`). `version` is set for
    registrations and deregistrations, `stage` for assignments and
    unassignments. `counter` is the text after the `#` at the end, None if there
    is no counter.
    """

    model: str
    kind: Kind
    version: Version | None = None
    stage: str | None = None
    counter: str | None = None

    def format(self) -> str:
        """The name as text; `parse_tag_name` of it returns an equal value."""
        if self.kind == "deprecate":
            text = f"{self.model}@deprecated"
        elif self.version is not None:
            text = f"{self.model}@{self.version}"
        else:
            text = f"{self.model}#{self.stage}"
        if self.kind in ("deregister", "unassign"):
            text += "!"
        return text if self.counter is None else f"{text}#{self.counter}"


# The same models, versions and stages occur in many names. Parsing each of them once makes `show` of 100,000 tags 8 %
# faster, and a push of 10,000 tags 5 %.
MOST_REMEMBERED = 5_000


def parse_tag_name(tag: str) -> TagName | NearMiss | None:
    """Parse the name of a tag, without `refs/tags/`.

    Returns a TagName for a model tag. Returns None for a name without `@` and
    `#`, which does not concern the registry, and for one that begins with `@`, as
    those of npm's scoped packages do: no model can have such a name. Returns a
    NearMiss for every other name with one of these signs, for a full commit id,
    which GTO would read instead of the commit, and for a name with so many
    folders that GTO finds no tags beside it.
    """
    if not fits(tag):
        has_sign = ("@" in tag or "#" in tag) and not tag.startswith("@")
        return _near_miss(tag) if has_sign or is_too_deep_for_gto(tag) else None
    if tag.startswith("@"):
        return None
    model = model_of(tag)
    if model == tag:
        return _near_miss(tag) if is_commit_id(tag) else None
    event = _events[tag[len(model) :]]
    return TagName._make((model, *event)) if event is not None and _models[model] else _near_miss(tag)


def _parse_event(text: str) -> Event | None:
    """Parse what follows the model in a tag's name, at least one of its signs; None if no model tag ends like this."""
    what, hash_sign, number = text[1:].partition("#")
    counter = number if hash_sign else None
    if counter is not None and not is_counter(counter):
        return None
    bare = what.removesuffix("!")
    if text[0] == "#":
        return ("assign" if bare == what else "unassign", None, bare, counter) if is_name(bare) else None
    if what == "deprecated":
        return "deprecate", None, None, counter
    try:
        return "register" if bare == what else "deregister", parse_version(bare), None, counter
    except ValueError:
        return None


class _Remembered(Results):
    """The results of `work`, which is called once for each of the first MOST_REMEMBERED texts."""

    def __init__(self, work: Callable[[str], object]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, text: str) -> object:
        result = self._work(text)
        if len(self) < MOST_REMEMBERED:
            self[text] = result
        return result


_models: dict[str, bool] = _Remembered(is_model)
_events: dict[str, Event | None] = _Remembered(_parse_event)


def highest_counter(tags: Iterable[str]) -> int:
    """The highest counter in these names of tags, 0 without one; GTO's next is one more (`name_tag` in gto/tag.py)."""
    names = [parse_tag_name(tag) for tag in tags]
    return max((int(name.counter) for name in names if isinstance(name, TagName) and name.counter), default=0)


def _near_miss(tag: str) -> NearMiss:
    from .near_miss import explain

    return explain(tag)
