"""Lists within a sentence: as many names as somebody reads, and how many there are besides."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NAMES = 10


def some_of(names: Iterable[str], *, most: int = MOST_NAMES) -> str:
    """The first `most` of `names`, with commas between them, and the number of the others."""
    listed = list(names)
    text = ", ".join(listed[:most])
    return f"{text} and {len(listed) - most} more" if len(listed) > most else text
