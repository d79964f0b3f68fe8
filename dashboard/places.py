"""The names of the repositories on the site."""

from __future__ import annotations

import os

from ..policy.wording import without_passwords
from ..repository.open_repository import is_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def without_duplicates(places: Sequence[str]) -> list[str]:
    """The places with each repository once, even if it was named in several ways."""
    found: dict[str, str] = {}
    for place in places:
        found.setdefault(place if is_url(place) else _folder(place), place)
    return [*found.values()]


def _folder(place: str) -> str:
    whole = os.path.realpath(place)
    return os.path.dirname(whole) if os.path.basename(whole) == ".git" else whole


def names_of(places: Sequence[str]) -> list[str]:
    """For each place its last part, with as many earlier parts as are needed to make it unique.

    The rest of the path on the server is no business of the site's readers.
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
            return _disambiguated(names)
        for number in longer:
            shown[number] += 1


def _disambiguated(names: Sequence[str]) -> list[str]:
    """The names with numbers appended where they are still equal, as for a folder and a URL with the same path."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


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
