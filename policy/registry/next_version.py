"""Computes the next version of a model."""

from __future__ import annotations

from semver import Version as SemVer

from ..grammar.versions import DIGITS, IDENTIFIER, MOST_DIGITS, Version, parse_version
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set
    from typing import Literal

    from ..grammar.versions import Precedence

    Bump = Literal["major", "minor", "patch"]
    # The leading numbers that versions share: (1,) for 1.x, (1, 2) for 1.2.x, () for all.
    Line = tuple[int, ...]

# GTO's first version (registry.py).
FIRST = Version(0, 0, 1)


class PreRelease(Record):
    """The wanted pre-release: its identifiers, and whether a number always follows them.

    "rc" is numbered: `-rc.1`, `-rc.2`. Identifiers that contain a date or a time
    get a number only if they are taken.
    """

    identifiers: tuple[str, ...]
    numbered: bool = True


def next_version(
    latest: Version | None,
    taken: Iterable[Version],
    *,
    bump: Bump | None = None,
    pre: PreRelease | None = None,
    above_latest: bool = True,
    line: Line = (),
) -> Version:
    """The version to register after `latest`, the greatest active one of the `line` (None: there is none).

    `taken` are all versions that were ever registered; none of them is returned,
    nor one with the same precedence. Without `bump`, a pre-release is followed
    by its release, and a release by the next patch version. With `above_latest`,
    a pre-release that would sort below `latest` (`-beta.1` after `-rc.1`) is
    based on the next version instead.
    """
    used = {version.precedence for version in taken}
    core = _core_after(latest, bump, keep=pre is not None) if latest or not line else _first_of(line)
    while True:
        proposed = core if pre is None else _pre_release(core, pre, used, latest)
        free = proposed.precedence not in used
        # A pre-release of a version that was already released would sort below it.
        released = pre is not None and core.precedence in used
        below = above_latest and latest is not None and proposed.precedence <= latest.precedence
        if free and not released and not below:
            return proposed
        core = _bumped(core, bump or "patch")


def _core_after(latest: Version | None, bump: Bump | None, *, keep: bool) -> Version:
    if latest is None:
        return _first(bump)
    part = bump or "patch"
    if keep and latest.prerelease and not _is_bumped(latest, part):
        return _bumped(_release_of(latest), part)
    # If a pre-release already has this bump, python-semver returns its release.
    return _ours(_theirs(latest._replace(build=())).next_version(part))


def _is_bumped(version: Version, part: Bump) -> bool:
    """Whether the pre-release `version` already bumps `part` (`v1.3.0-rc.1` bumps the minor number)."""
    if part == "major":
        return version.minor == version.patch == 0
    return part == "patch" or version.patch == 0


def _first(bump: Bump | None) -> Version:
    return FIRST if bump is None else _bumped(Version(0, 0, 0), bump)


def _first_of(line: Line) -> Version:
    major, minor = (*line, 0)[:2]
    return FIRST if (major, minor) == (0, 0) else Version(major, minor, 0)


def _bumped(core: Version, part: Bump) -> Version:
    return _ours(_theirs(core).next_version(part))


def _release_of(version: Version) -> Version:
    return version._replace(prerelease=(), build=())


def _pre_release(core: Version, pre: PreRelease, used: Set[Precedence], latest: Version | None) -> Version:
    """The first free pre-release of `core`, numbered on from `latest` if that is one of the same kind."""
    plain = core._replace(prerelease=pre.identifiers)
    passed = latest is not None and latest[:3] == core[:3] and latest.precedence > plain.precedence
    if not pre.numbered and not passed and plain.precedence not in used:
        return plain
    number = 1
    if latest is not None and latest[:3] == core[:3] and latest.prerelease[:-1] == pre.identifiers:
        last = latest.prerelease[-1]
        number = int(last) + 1 if DIGITS.issuperset(last) else 1
    while (numbered := core._replace(prerelease=(*pre.identifiers, str(number)))).precedence in used:
        number += 1
    return numbered


def _theirs(version: Version) -> SemVer:
    return SemVer.parse(str(version)[1:])


def _ours(version: SemVer) -> Version:
    return parse_version(f"v{version}")


def parse_line(text: str) -> Line:
    """Parse `1` or `1.2`, with or without a leading `v` and a final `.x`. Raises ValueError for anything else."""
    numbers = text.removeprefix("v").removesuffix(".x").split(".")
    if len(numbers) > 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        raise ValueError(f"{text!r} is not a line of versions: write 1 for v1.N.N, or 1.2 for v1.2.N")
    return tuple(map(int, numbers))


def render_prerelease(template: str, *, now: int, values: Mapping[str, str] | None = None) -> PreRelease:
    """Fill in a template for a pre-release, such as `exp.{date}.{time}`; with date and time the results sort by time.

    `{date}` becomes the day (`20240131`) and `{time}` the time of day (`t093000`),
    both in UTC at `now` (seconds since the epoch). The `t` is there because SemVer
    forbids leading zeros in numbers. `values` are further placeholders. Raises
    ValueError, whose message says what is wrong with the template or the result.
    """
    from datetime import UTC, datetime
    from string import Formatter

    moment = datetime.fromtimestamp(now, UTC)
    known = {**(values or {}), "date": moment.strftime("%Y%m%d"), "time": moment.strftime("t%H%M%S")}
    text = ""
    named = set()
    try:
        parts = list(Formatter().parse(template))
    except ValueError as problem:
        raise ValueError(f"the template {template!r} can't be read: {problem}") from None
    for literal, name, form, conversion in parts:
        text += literal
        if name is None:
            continue
        if form or conversion or name not in known:
            choice = ", ".join(f"{{{key}}}" for key in sorted(known))
            raise ValueError(f"the template {template!r} names {{{name}}}; known are {choice} (--set adds others)")
        named.add(name)
        text += known[name]
    return PreRelease(_identifiers(text, template), numbered="time" not in named and "date" not in named)


def _identifiers(text: str, template: str) -> tuple[str, ...]:
    identifiers = tuple(text.split("."))
    for identifier in identifiers:
        problem = None
        if not identifier:
            problem = "has an empty identifier"
        elif not IDENTIFIER.issuperset(identifier):
            odd = next(character for character in identifier if character not in IDENTIFIER)
            problem = f"contains {odd!r}; letters, digits, '-' and '.' are allowed"
        elif DIGITS.issuperset(identifier) and identifier != "0" and identifier[0] == "0":
            problem = f"has the number {identifier!r} with a leading zero"
        elif DIGITS.issuperset(identifier) and len(identifier) > MOST_DIGITS:
            problem = f"has a number of more than {MOST_DIGITS} digits"
        if problem:
            made = "" if text == template else f" (from {template!r})"
            raise ValueError(f"the pre-release {text!r}{made} {problem}")
    return identifiers
