"""Tags of other tools, such as npm's `ai@6.0.68`: globs for `scope.ignore` that cover them and little else."""

from __future__ import annotations

from ..record import Record
from ..wording import is_utf8
from .globs import SPECIAL, matches
from .names import stops_gto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

# More names than this are covered by one glob.
MOST_GLOBS = 8
# Any name with a number behind the `@`: what release tools of npm packages write.
ANY_NUMBER = "*@[0-9]*"


class Foreign(Record):
    """A glob, how many `tags` it covers, and one of them."""

    glob: str
    tags: int
    example: str


def is_foreign(near_miss: str, models: Collection[str]) -> bool:
    """Whether a near miss is another tool's tag, it seems: no model is called so, and a policy can ignore it."""
    model = near_miss.replace("#", "@").partition("@")[0]
    return model not in models and not stops_gto(near_miss) and is_utf8(near_miss)


def package_of(near_miss: str) -> str | None:
    """The package whose release it names, if another tool has written it: what stands before `@` and a digit.

    None for a name that a message can't show as it is, so that nobody could copy the glob.
    """
    glob = _glob_of(near_miss)
    return near_miss.partition("@")[0] if glob != near_miss and glob.isprintable() and '"' not in glob else None


def globs_for(names: Sequence[str]) -> list[str]:
    """Globs that cover all of `names`, which no model tag fits: what begins with `NAME@` and a digit by one glob."""
    return [one.glob for one in foreign_tags(names)]


def foreign_tags(names: Iterable[str]) -> list[Foreign]:
    """The globs with what each of them covers, the greatest number first."""
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
    """What `glob` would let pass of the slips of `models`: registrations without the `v`."""
    slips = (f"{model}@1.2.0" for model in models)
    return [slip for slip in slips if matches(glob, slip)]


def _glob_of(name: str) -> str:
    prefix, at, rest = name.partition("@")
    if at and prefix and rest[:1].isascii() and rest[:1].isdigit() and SPECIAL.isdisjoint(prefix):
        return f"{prefix}@[0-9]*"
    return name
