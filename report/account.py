"""Incomplete landings, and tags that no hook saw, as sentences for an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.grammar.names import TAGS
from .escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    class Landing(Protocol):
        """A push that landed only in part.

        `line` is its number in the push log, `missing` the full names of the refs that did not land, and `broken` the
        (ref, rule, message) of each rule that the rest of the push breaks.
        """

        @property
        def line(self) -> int: ...
        @property
        def missing(self) -> Sequence[str]: ...
        @property
        def broken(self) -> Sequence[tuple[str, str, str]]: ...

    class Difference(Protocol):
        """A tag whose id is not the one in the push log.

        `logged` is the id according to the log and `current` the id now, each None if there is no tag; `line` is the
        number of the newest line that names the tag, None if no line does.
        """

        @property
        def ref(self) -> str: ...
        @property
        def logged(self) -> str | None: ...
        @property
        def current(self) -> str | None: ...
        @property
        def line(self) -> int | None: ...


MOST = 20


def about_landing(landing: Landing) -> str:
    """One sentence: which refs of a push did not land, and which rules the rest breaks; at most MOST of each."""
    missing = ", ".join(map(_tag, landing.missing[:MOST])) + _more(len(landing.missing) - MOST)
    broken = "; ".join(f"[{rule}] {escape(message)}" for _, rule, message in landing.broken[:MOST])
    return (
        f"the push in line {landing.line} of the push log landed without {missing}, and what landed breaks a rule: "
        f"{broken}{_more(len(landing.broken) - MOST)}. Push what is missing, or take back what landed."
    )


def about_differences(differences: Sequence[Difference]) -> list[str]:
    """What was done to tags without passing any hook: a line for each of the first MOST, and a count of the rest."""
    ordered = sorted(differences, key=lambda one: one.ref)
    lines = [f"{_what(one)} without passing any hook" for one in ordered[:MOST]]
    more = len(ordered) - MOST
    return [*lines, f"{more} more tags were made, moved or deleted without passing any hook"] if more > 0 else lines


def _what(one: Difference) -> str:
    by = f" by line {one.line} of the push log" if one.line is not None else " before the push log began"
    if one.logged is None:
        return f"the tag {_tag(one.ref)} ({_short(one.current)}) was made"
    if one.current is None:
        return f"the tag {_tag(one.ref)}, which was there{by}, was deleted"
    return f"the tag {_tag(one.ref)} was moved from {_short(one.logged)}, where it was{by}, to {_short(one.current)},"


def _tag(ref: str) -> str:
    return escape(ref.removeprefix(TAGS))


def _short(oid: str | None) -> str:
    return (oid or "")[:12]


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
