"""Templates of pre-release identifiers, such as `exp.{date}.{time}`."""

from __future__ import annotations

from string import Formatter

from ..grammar.versions import DIGITS, IDENTIFIER, MOST_DIGITS
from .next_version import PreRelease

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def render_prerelease(template: str, *, now: int, values: Mapping[str, str] | None = None) -> PreRelease:
    """Fill in `template`; the result is always valid SemVer and sorts by time.

    `{date}` is the day as `20240131` and `{time}` the time of day as `t093000`,
    both in UTC at `now` (seconds since the epoch): digits alone would begin
    with a zero before ten o'clock, which SemVer forbids. `values` are further
    placeholders. Raises ValueError, which says what is wrong with the template
    or with what it comes to.
    """
    from datetime import UTC, datetime

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
            problem = f"holds {odd!r}; letters, digits, '-' and '.' are allowed"
        elif DIGITS.issuperset(identifier) and identifier != "0" and identifier[0] == "0":
            problem = f"has the number {identifier!r} with a leading zero"
        elif DIGITS.issuperset(identifier) and len(identifier) > MOST_DIGITS:
            problem = f"has a number of more than {MOST_DIGITS} digits"
        if problem:
            made = "" if text == template else f" (from {template!r})"
            raise ValueError(f"the pre-release {text!r}{made} {problem}")
    return identifiers
