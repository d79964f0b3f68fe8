"""Globs for `scope.ignore` that cover tags of other tools, such as npm's `ai@6.0.68`, and little else."""

from __future__ import annotations

from ..record import Record
from ..wording import is_utf8
from .globs import SPECIAL, matches
from .names import stops_gto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

# With more globs for single packages than this, one glob covers all packages.
MOST_GLOBS = 8
# Any name with a digit after the `@`, as release tools of npm packages write it.
ANY_NUMBER = "*@[0-9]*"


class Foreign(Record):
    """A glob, how many `tags` it covers, and one of them."""

    glob: str
    tags: int
    example: str


def is_foreign(near_miss: str, models: Collection[str]) -> bool:
    """Whether a near miss may be another tool's tag: there is no model of that name, and a policy can ignore it."""
    model = near_miss.replace("#", "@").partition("@")[0]
    return model not in models and not stops_gto(near_miss) and is_utf8(near_miss)


def package_of(near_miss: str) -> str | None:
    """The package in a name such as `ai@6.0.68`: what comes before `@` and a digit. None for other names.

    Also None if the glob for it contains characters that nobody could copy from a message.
    """
    glob = _glob_of(near_miss)
    return near_miss.partition("@")[0] if glob != near_miss and glob.isprintable() and '"' not in glob else None


def globs_for(names: Sequence[str]) -> list[str]:
    """Globs that cover all of `names` and no model tag; one glob covers the names with the same `NAME@` and a digit."""
    return [one.glob for one in foreign_tags(names)]


def foreign_tags(names: Iterable[str]) -> list[Foreign]:
    """The globs for `names` with the number of tags that each covers, the largest number first."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_glob_of(name), []).append(name)
    numbered = [glob for glob in groups if glob.endswith("@[0-9]*")]
    if len(numbered) > MOST_GLOBS:
        together = [name for glob in numbered for name in groups.pop(glob)]
        groups[ANY_NUMBER] = together
    found = [Foreign(glob, len(covered), covered[0]) for glob, covered in groups.items()]
    return sorted(found, key=lambda one: (-one.tags, one.glob))


def lets_through(glob: str, models: Iterable[str]) -> list[str]:
    """The misspelled registrations of `models` (without the `v`) that `glob` would ignore, one for each model."""
    slips = (f"{model}@1.2.0" for model in models)
    return [slip for slip in slips if matches(glob, slip)]


def _glob_of(name: str) -> str:
    prefix, at, rest = name.partition("@")
    if at and prefix and rest[:1].isascii() and rest[:1].isdigit() and SPECIAL.isdisjoint(prefix):
        return f"{prefix}@[0-9]*"
    return name
