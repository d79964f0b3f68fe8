"""What the repositories are called on the site."""

from __future__ import annotations

import os

from ..policy.wording import without_passwords
from ..repository.open_repository import is_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def names_of(places: Sequence[str]) -> list[str]:
    """The last part of each place, with as many of the parts before it as tell it from the others.

    Where on the server it lies is nothing for the site's readers.
    """
    parts = [_parts(place) for place in places]
    shown = [1] * len(places)
    while True:
        names = ["/".join(own[-count:]) for own, count in zip(parts, shown, strict=True)]
        clashing = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
        longer = [
            number for number, name in enumerate(names) if name in clashing and shown[number] < len(parts[number])
        ]
        if not longer:
            return names
        for number in longer:
            shown[number] += 1


def _parts(place: str) -> list[str]:
    if is_url(place):
        path = without_passwords(place).partition("://")[2] or place.replace(":", "/", 1)
    else:
        path = os.path.abspath(place)
    parts = [part for part in path.replace(os.sep, "/").split("/") if part]
    if len(parts) > 1 and parts[-1] == ".git":
        parts.pop()
    if parts:
        parts[-1] = parts[-1].removesuffix(".git") or parts[-1]
    return parts or ["repository"]
