"""GitHub: rulesets that target tags.

Sources: "REST API endpoints for rules" (docs.github.com/rest/repos/rules), "Available rules for rulesets", and
"Creating rulesets for a repository", which says that patterns are Ruby's File.fnmatch with FNM_PATHNAME.

All rulesets that match a tag apply, so other rulesets never allow more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..policy.errors import CannotJudge
from ..policy.record import Record
from ..policy.wording import quoted
from .dump import listed, number_of, object_of, objects_of, text_of
from .step import Request, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .wanted import Identity, Wanted

IDENTITIES = {
    "app": "the App ID of a GitHub App",
    "team": "the ID of a team",
    "deploy-key": "`any`, because GitHub does not distinguish deploy keys",
}
ACTORS = {"app": "Integration", "team": "Team", "deploy-key": "DeployKey"}

CREATION = "tagwarden: who creates model tags"
PERMANENCE = "tagwarden: model tags stay as they are"

# `*` stops at a slash, and `**/` stands for any number of folders.
STAGES = ("refs/tags/**/*#*", "refs/tags/**/*#*/**/*")
MODEL_TAGS = ("refs/tags/**/*@*", "refs/tags/**/*@*/**/*", *STAGES)
# Tags that GTO may read. Near misses such as churn@1.0.0 are left out, because they must be deletable.
EVENTS = ("refs/tags/**/*@v[0-9]*", "refs/tags/**/*@deprecated*", *STAGES)
# No model can have such a name; these are npm scopes.
NO_MODEL_TAGS = ("refs/tags/@*", "refs/tags/@*/**/*")
# In the policy's globs, `*` also matches a slash, so each `*` doubles the number of GitHub's patterns.
MOST_STARS = 3
# GitHub knows neither a backslash nor a set with `^` or `!`.
UNKNOWN_SYNTAX = re.compile(r"\\|\[[!^]")

NOTES = (
    "People who may edit the repository's rulesets (its administrators) can remove these rules.",
    f"A tag that must be deleted, such as a lightweight one, can be deleted only while {PERMANENCE!r} is disabled.",
    "Restrictions of names by regular expression need GitHub's Enterprise plan, and are not used here.",
)
ACTIONS_NOTE = (
    "A workflow's own GITHUB_TOKEN can't bypass the ruleset (the API refuses GitHub Actions as an actor): "
    "push the tags with a token of the App."
)


class Ruleset(Record):
    """The part of a ruleset that is compared. `bypass` is None if the user who made the dump may not read it."""

    name: str
    enforcement: str
    include: frozenset[str]
    exclude: frozenset[str]
    rules: frozenset[str]
    bypass: frozenset[tuple[str, int | None, str]] | None


def notes(wanted: Wanted) -> Iterator[str]:
    """Sentences on what GitHub can't enforce."""
    yield from NOTES
    if any(one.kind == "app" for one in wanted.creators):
        yield ACTIONS_NOTE
    for glob in wanted.ignored:
        if patterns_of(glob) is None:
            yield f"GitHub's patterns can't express {quoted(glob)} of `scope.ignore`: such tags count as model tags."


def bodies(wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The wanted rulesets, as bodies of requests to the API."""
    if wanted.creators:
        actors = [_actor(one) for one in wanted.creators]
        yield _body(CREATION, wanted, MODEL_TAGS, ["creation"], actors)
    kept = [rule for rule, held in (("update", wanted.moves), ("deletion", wanted.deletions)) if held]
    if kept:
        yield _body(PERMANENCE, wanted, EVENTS, kept, [])


def steps(wanted: Wanted, path: str, dump: Sequence[dict[str, Any]] | None) -> Iterator[Step]:
    """The changes that the repository `path` needs. `dump` are its existing rules, None for none.

    Raises CannotJudge if the dump lacks something.
    """
    there = _read(dump or ())
    endpoint = f"repos/{path}/rulesets"
    for body in bodies(wanted):
        target = _parse(body)
        if any(one._replace(name=target.name) == target for _, one in there):
            continue
        found = next(((number, one) for number, one in there if one.name == target.name), None)
        if found is None:
            yield Step(f"There is no ruleset {target.name!r}.", (Request("POST", endpoint, body),))
        else:
            number, one = found
            because = f"The ruleset {target.name!r} {_difference(one, target)}."
            yield Step(because, (Request("PUT", f"{endpoint}/{number}", body),))


def patterns_of(glob: str) -> list[str] | None:
    """GitHub's patterns that match the same names as a glob of the policy, or slightly fewer; None if there are none.

    They are used for exceptions, so names that they miss are treated as model tags.
    """
    if UNKNOWN_SYNTAX.search(glob) or glob.count("*") > MOST_STARS:
        return None
    found = [""]
    for part in re.split(r"(\*+)", glob):
        ways = ("*", "*/**/*") if part[:1] == "*" else (part,)
        found = [beginning + way for beginning in found for way in ways]
    return [f"refs/tags/{pattern}" for pattern in found]


def _body(
    name: str, wanted: Wanted, tags: tuple[str, ...], rules: list[str], actors: list[dict[str, Any]]
) -> dict[str, Any]:
    exceptions = [pattern for glob in wanted.ignored for pattern in patterns_of(glob) or ()]
    return {
        "name": name,
        "target": "tag",
        "enforcement": "active",
        "bypass_actors": actors,
        "conditions": {
            "ref_name": {"include": list(tags), "exclude": list(dict.fromkeys([*NO_MODEL_TAGS, *exceptions]))}
        },
        "rules": [{"type": rule} for rule in rules],
    }


def _actor(one: Identity) -> dict[str, Any]:
    number = None if one.kind == "deploy-key" else int(one.id)
    return {"actor_id": number, "actor_type": ACTORS[one.kind], "bypass_mode": "always"}


def _read(dump: Sequence[dict[str, Any]]) -> list[tuple[int, Ruleset]]:
    """The rulesets for tags, with their numbers.

    GitHub's list of rulesets contains only their names, so the dump must also
    contain each of them in full. Raises CannotJudge if one is missing.
    """
    whole: dict[int, dict[str, Any]] = {}
    for one in dump:
        number = number_of(one)
        if one.get("target") == "tag" and (number not in whole or "rules" in one):
            whole[number] = one
    for number, one in whole.items():
        if "rules" not in one:
            raise CannotJudge(
                f"The dump names the ruleset {quoted(text_of(one, 'name'))}, but does not contain it. "
                f"`gh api` must also print the ruleset {number} itself."
            )
    return [(number, _parse(one)) for number, one in whole.items()]


def _parse(one: dict[str, Any]) -> Ruleset:
    names = object_of(object_of(one, "conditions"), "ref_name")
    actors = None if one.get("bypass_actors") is None else objects_of(one, "bypass_actors")
    return Ruleset(
        text_of(one, "name"),
        text_of(one, "enforcement"),
        frozenset(map(str, listed(names.get("include")))),
        frozenset(map(str, listed(names.get("exclude")))),
        frozenset(text_of(rule, "type") for rule in objects_of(one, "rules")),
        None if actors is None else frozenset(map(_actor_of, actors)),
    )


def _actor_of(one: dict[str, Any]) -> tuple[str, int | None, str]:
    kind = text_of(one, "actor_type")
    # Deploy keys and the owners of an enterprise have no number: all of them are meant.
    numbered = kind != ACTORS["deploy-key"] and one.get("actor_id") is not None
    number = number_of(one, "actor_id") if numbered else None
    return kind, number, text_of(one, "bypass_mode")


def _difference(one: Ruleset, target: Ruleset) -> str:
    """How a ruleset differs from the wanted one, to follow "The ruleset …". Raises CannotJudge if that is unknown."""
    if one.bypass is None:
        raise CannotJudge(
            f"The dump does not say who may bypass the ruleset {quoted(one.name)}: "
            "print it with a token that may edit rulesets."
        )
    assert target.bypass is not None
    told = []
    if one.enforcement != target.enforcement:
        told.append(f"is {one.enforcement!r}, not {target.enforcement!r}")
    more, less = _shown(one.bypass - target.bypass), _shown(target.bypass - one.bypass)
    told += [f"can also be bypassed by {actor}" for actor in more] + [f"can't be bypassed by {actor}" for actor in less]
    told += [f"does not restrict {rule}" for rule in sorted(target.rules - one.rules)]
    told += [f"also has the rule {rule!r}" for rule in sorted(one.rules - target.rules)]
    told += [f"does not cover {pattern!r}" for pattern in sorted(target.include - one.include)]
    told += [f"also covers {pattern!r}" for pattern in sorted(one.include - target.include)]
    told += [f"excludes {pattern!r}" for pattern in sorted(one.exclude - target.exclude)]
    told += [f"does not exclude {pattern!r}" for pattern in sorted(target.exclude - one.exclude)]
    return ", ".join(told)


def _shown(actors: frozenset[tuple[str, int | None, str]]) -> list[str]:
    return sorted(
        f"{kind}{'' if number is None else f' {number}'}{'' if mode == 'always' else f' ({mode})'}"
        for kind, number, mode in actors
    )


def is_identity(one: Identity) -> bool:
    """Whether the id is one that such an actor can have on GitHub."""
    return one.id == "any" if one.kind == "deploy-key" else one.id.isascii() and one.id.isdigit()
