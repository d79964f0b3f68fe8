"""GitLab: protected tags.

Sources: "Protected tags" and "Protected tags API" of GitLab's documentation; `lib/gitlab/checks/tag_check.rb`, which
checks a push; and `app/models/concerns/protected_ref.rb`: a user may create a tag if one of the entries that match it
allows that user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..policy.errors import CannotJudge
from ..policy.record import Record
from ..policy.wording import quoted
from .dump import number_of, objects_of, text_of
from .step import Request, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .wanted import Identity, Wanted

IDENTITIES = {
    "role": "`maintainer` or `developer`, which includes the roles above it",
    "user": "a user's ID (Premium)",
    "group": "a group's ID (Premium)",
    "deploy-key": "the ID of a deploy key",
}
ROLES = {"developer": 30, "maintainer": 40}
NOBODY = 0
ID_KEYS = {"user": "user_id", "group": "group_id", "deploy-key": "deploy_key_id"}

# In names of protected tags, `*` also matches a slash. It is the only special character.
MODEL_TAGS = ("*@*", "*#*")

NOTES = (
    "Nobody can move or delete a protected tag by `git push`. Maintainers can delete it on GitLab's pages or by API.",
    "Tags that begin with `@` (npm scopes) are protected, too, because GitLab has no exceptions.",
)
IGNORED_NOTE = (
    "Tags that `scope.ignore` names and that contain `@` or `#` are protected, too. "
    "Another protected tag with exactly that name can let others create them; it does not count as a difference."
)
MOVES_NOTE = "The policy lets model tags be moved or deleted; `git push` can't do that to a protected tag."


class Level(Record):
    """Somebody who may create a tag: a role, user, group or deploy key, by its number."""

    kind: str
    number: int


def notes(wanted: Wanted) -> Iterator[str]:
    """Sentences on what GitLab can't enforce, or enforces beyond the policy."""
    yield from NOTES
    if wanted.ignored:
        yield IGNORED_NOTE
    if wanted.creators and not (wanted.moves and wanted.deletions):
        yield MOVES_NOTE


def steps(wanted: Wanted, path: str, dump: Sequence[dict[str, Any]] | None) -> Iterator[Step]:
    """The changes that the project `path` needs. `dump` are its existing rules, None for none.

    Raises CannotJudge if the dump lacks something.
    """
    if not (wanted.creators or wanted.moves or wanted.deletions):
        return
    endpoint = f"projects/{quote(path, safe='')}/protected_tags"
    levels = _levels(wanted)
    there = {text_of(one, "name"): _levels_of(one) for one in dump or ()}
    for name in MODEL_TAGS:
        if name not in there:
            yield Step(f"The tags {name!r} are not protected.", (_protect(endpoint, name, levels),))
    for name, found in there.items():
        if name in MODEL_TAGS:
            if found != levels:
                because = f"{_shown(found)} may create the tags {name!r}; that should be {_shown(levels)}."
                yield Step(because, _recreating(endpoint, name, levels))
        elif _may_match(name) and name not in wanted.ignored and (more := _more_than(levels, found)):
            because = f"The protected tag {quoted(name)} lets {_shown(more)} create the model tags it matches."
            yield Step(because, _recreating(endpoint, name, levels))


def _levels(wanted: Wanted) -> frozenset[Level]:
    if not wanted.creators:
        return frozenset([Level("role", ROLES["developer"])])
    return frozenset(Level(one.kind, ROLES[one.id] if one.kind == "role" else int(one.id)) for one in wanted.creators)


def _levels_of(one: dict[str, Any]) -> frozenset[Level]:
    """Who may create the tags of a protected tag. Entries for users and deploy keys have the number of a role, too."""
    if "create_access_levels" not in one:
        raise CannotJudge(f"The dump does not say who may create the tags {quoted(text_of(one, 'name'))}.")
    found = set()
    for entry in objects_of(one, "create_access_levels"):
        kind = next((kind for kind, key in ID_KEYS.items() if entry.get(key) is not None), "role")
        number = number_of(entry, ID_KEYS.get(kind, "access_level"))
        if (kind, number) != ("role", NOBODY):
            found.add(Level(kind, number))
    return frozenset(found)


def _more_than(levels: frozenset[Level], found: frozenset[Level]) -> frozenset[Level]:
    """Those in `found` that `levels` does not include."""
    lowest = min((one.number for one in levels if one.kind == "role"), default=None)
    if lowest == ROLES["developer"]:
        # Everybody who may push is a developer at least.
        return frozenset()
    covered = {one for one in found if one.kind == "role" and lowest is not None and one.number >= lowest}
    return found - levels - covered


def _may_match(name: str) -> bool:
    """Whether a tag that matches `name` may be a model tag."""
    return "*" in name or "@" in name or "#" in name


def _protect(endpoint: str, name: str, levels: frozenset[Level]) -> Request:
    ordered = sorted(levels)
    if [one.kind for one in ordered] == ["role"]:
        return Request("POST", endpoint, {"name": name, "create_access_level": ordered[0].number})
    entries = [{ID_KEYS.get(one.kind, "access_level"): one.number} for one in ordered]
    return Request("POST", endpoint, {"name": name, "allowed_to_create": entries})


def _recreating(endpoint: str, name: str, levels: frozenset[Level]) -> tuple[Request, ...]:
    # The API can't change a protected tag, so it is deleted and created again.
    return Request("DELETE", f"{endpoint}/{quote(name, safe='')}"), _protect(endpoint, name, levels)


def _shown(levels: frozenset[Level]) -> str:
    roles = {number: name for name, number in ROLES.items()}
    told = [
        f"{roles.get(one.number, f'role {one.number}')}s" if one.kind == "role" else f"{one.kind} {one.number}"
        for one in sorted(levels)
    ]
    return " and ".join(told) or "nobody"


def is_identity(one: Identity) -> bool:
    """Whether the id is a known role, or a number as users, groups and deploy keys have."""
    return one.id in ROLES if one.kind == "role" else one.id.isascii() and one.id.isdigit()
