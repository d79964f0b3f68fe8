"""Finds names of models or stages that may be misspellings of others."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Nearly all shorter names differ from each other by one typo.
SHORTEST = 3


def near_name(name: str, others: Iterable[str]) -> str | None:
    """The first of `others` that is similar to `name`, None if there is none. Models are spelled as in tags.

    Names are similar if they differ only in case, in `/` for `=` (`cv/seg`,
    `cv=seg`), or by one typo: a letter added, missing, replaced or swapped with
    the next. Names that differ in a digit are a series, and not similar.
    """
    plain = _plain(name)
    for other in others:
        # Comparing the lengths first rules out most names of a large registry.
        if abs(len(other) - len(name)) <= 1 and other != name:
            theirs = _plain(other)
            if theirs == plain or _is_a_slip(plain, theirs):
                return other
    return None


def globs_of_near_names(name: str) -> list[str]:
    """Globs, in which `*` also matches slashes, that match every name similar to `name`, and others.

    A typo leaves one half of a name as it is, unless it swaps the two letters in the middle.
    """
    if len(name) < SHORTEST:
        return [_glob(name)]
    middle = len(name) // 2
    first, second = name[:middle], name[middle:]
    swapped = first[:-1] + second[0] + first[-1] + second[1:]
    return [f"{_glob(first)}*", f"*{_glob(second)}", _glob(swapped)]


def _glob(text: str) -> str:
    """A glob for `text` in any case, with `/` or `=`."""
    return "".join("[=/]" if one in "=/" else f"[{one.lower()}{one.upper()}]" if one.isalpha() else one for one in text)


def _plain(name: str) -> str:
    return name.lower().replace("=", "/")


def _is_a_slip(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if any(character.isdigit() for character in left[:1] + right[:1]):
        return False
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    return longer[1:] == shorter
