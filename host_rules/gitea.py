"""Gitea and Forgejo: protected tags.

Sources: "Protected tags" of Gitea's documentation, the API's description (`/repos/{owner}/{repo}/tag_protections`,
Gitea 1.23, Forgejo 9), and `models/git/protected_tag.go`: a user may create, move and delete a tag if one of the
entries that match it allows that user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..policy.record import Record
from ..policy.wording import quoted
from .dump import listed, number_of, text_of
from .step import Request, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .wanted import Identity, Wanted

IDENTITIES = {"user": "a user's name", "team": "a team's name"}

# A Go regular expression is put between slashes. A tag that begins with "@" can't be a model's. A tag named like a
# commit id makes GTO fail; the other hosts refuse such names themselves.
MODEL_TAGS = "/^#|^[^@].*[@#]|^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/"
GLOB = frozenset("*?[{\\")

NOTES = (
    "People who may create model tags may also move and delete them: one list is for all. Server hooks can refuse it.",
    "The repository's administrators can remove these rules.",
)
IGNORED_NOTE = "Tags that `scope.ignore` names and that contain `@` or `#` are protected, too."


class Protection(Record):
    """A protected tag, and the users and teams that may create, move and delete it.

    Users are in lower case, because their names are compared without case.
    """

    pattern: str
    users: frozenset[str]
    teams: frozenset[str]


def notes(wanted: Wanted) -> Iterator[str]:
    """Sentences on what Gitea and Forgejo can't enforce."""
    yield from NOTES
    if wanted.ignored:
        yield IGNORED_NOTE


def steps(wanted: Wanted, path: str, dump: Sequence[dict[str, Any]] | None) -> Iterator[Step]:
    """The changes that the repository `path` needs. `dump` are its existing rules, None for none.

    Raises CannotJudge if the dump lacks something.
    """
    if not wanted.creators:
        return
    endpoint = f"repos/{path}/tag_protections"
    target = Protection(MODEL_TAGS, _named(wanted, "user", lower=True), _named(wanted, "team"))
    there = [(number_of(one), _parse(one)) for one in dump or ()]
    if not any(one.pattern == MODEL_TAGS for _, one in there):
        yield Step(f"The tags {MODEL_TAGS} are not protected.", (Request("POST", endpoint, _body(wanted)),))
    allowed = {key: value for key, value in _body(wanted).items() if key != "name_pattern"}
    for number, one in there:
        if one.pattern == MODEL_TAGS and one != target:
            because = f"{_shown(one)} may create the tags {MODEL_TAGS}; that should be {_shown(target)}."
        elif _lets_more_in(one, target):
            because = f"The protected tag {quoted(one.pattern)} lets {_shown(one)} create the model tags it matches."
        else:
            continue
        yield Step(because, (Request("PATCH", f"{endpoint}/{number}", allowed),))


def _body(wanted: Wanted) -> dict[str, Any]:
    return {
        "name_pattern": MODEL_TAGS,
        "whitelist_usernames": sorted(_named(wanted, "user")),
        "whitelist_teams": sorted(_named(wanted, "team")),
    }


def _named(wanted: Wanted, kind: str, *, lower: bool = False) -> frozenset[str]:
    return frozenset(one.id.lower() if lower else one.id for one in wanted.creators if one.kind == kind)


def _parse(one: dict[str, Any]) -> Protection:
    users, teams = (listed(one.get(f"whitelist_{key}")) for key in ("usernames", "teams"))
    return Protection(
        text_of(one, "name_pattern"), frozenset(str(user).lower() for user in users), frozenset(map(str, teams))
    )


def _lets_more_in(one: Protection, target: Protection) -> bool:
    """Whether `one` may match a model tag, and allows somebody whom `target` does not.

    Any regular expression or glob may match one: patterns are not analysed.
    """
    is_regular_expression = len(one.pattern) > 1 and one.pattern[0] == one.pattern[-1] == "/"
    may_match = is_regular_expression or not GLOB.isdisjoint(one.pattern) or "@" in one.pattern or "#" in one.pattern
    return may_match and bool(one.users - target.users or one.teams - target.teams)


def _shown(one: Protection) -> str:
    told = [
        *(f"user {quoted(user)}" for user in sorted(one.users)),
        *(f"team {quoted(team)}" for team in sorted(one.teams)),
    ]
    return " and ".join(told) or "nobody"


def is_identity(one: Identity) -> bool:
    """Whether the id is one that a user or team can have in Gitea."""
    return bool(one.id) and one.id.isprintable()
