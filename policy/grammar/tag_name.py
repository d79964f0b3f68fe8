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
from .names import fits, is_commit_id, is_counter, is_model, is_name
from .versions import Version, parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from .near_miss import NearMiss

    Kind = Literal["register", "deregister", "assign", "unassign", "deprecate"]


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


def parse_tag_name(tag: str) -> TagName | NearMiss | None:
    """Parse the name of a tag, without `refs/tags/`.

    Returns a TagName for a model tag. Returns None for a name without `@` and
    `#`, which does not concern the registry, and for one that begins with `@`, as
    those of npm's scoped packages do: no model can have such a name. Returns a
    NearMiss for every other name with one of these signs, and for a full commit
    id, which GTO would read instead of the commit.
    """
    if tag.startswith("@"):
        return None
    if not fits(tag):
        return _near_miss(tag) if "@" in tag or "#" in tag else None
    model, at, rest = tag.partition("@")
    if at:
        kind: Kind
        version, hash_sign, counter = rest.partition("#")
        if version == "deprecated":
            kind = "deprecate"
        elif version[-1:] == "!":
            kind, version = "deregister", version[:-1]
        else:
            kind = "register"
        if is_model(model) and (not hash_sign or is_counter(counter)):
            number = counter if hash_sign else None
            if kind == "deprecate":
                return TagName(model, kind, None, None, number)
            try:
                return TagName(model, kind, parse_version(version), None, number)
            except ValueError:
                pass
        return _near_miss(tag)
    if "#" in tag:
        model, _, rest = tag.partition("#")
        stage, hash_sign, counter = rest.partition("#")
        kind = "unassign" if stage[-1:] == "!" else "assign"
        stage = stage.removesuffix("!")
        if is_model(model) and is_name(stage) and (not hash_sign or is_counter(counter)):
            return TagName(model, kind, None, stage, counter if hash_sign else None)
        return _near_miss(tag)
    return _near_miss(tag) if is_commit_id(tag) else None


def highest_counter(tags: Iterable[str]) -> int:
    """The highest counter in these names of tags, 0 without one; GTO's next is one more (`name_tag` in gto/tag.py)."""
    names = [parse_tag_name(tag) for tag in tags]
    return max((int(name.counter) for name in names if isinstance(name, TagName) and name.counter), default=0)


def _near_miss(tag: str) -> NearMiss:
    from .near_miss import explain

    return explain(tag)
