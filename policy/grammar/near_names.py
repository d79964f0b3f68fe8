"""Whether one name of a model or stage may be a slip for another."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Of shorter names nearly all are one slip from one another.
SHORTEST = 3


def near_name(name: str, others: Iterable[str]) -> str | None:
    """The first of `others` that `name` (both as tags spell them) is near to, None if there is none.

    Near is what differs in case, in `/` for `=` (`cv/seg` beside `cv=seg`), or
    by one slip: a letter more, a letter less, another letter, two letters
    swapped. Names that differ in a digit are a series, and not near.
    """
    plain = _plain(name)
    for other in others:
        # Nearly all of a large registry's names are told apart by their length.
        if abs(len(other) - len(name)) <= 1 and other != name:
            theirs = _plain(other)
            if theirs == plain or _is_a_slip(plain, theirs):
                return other
    return None


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
